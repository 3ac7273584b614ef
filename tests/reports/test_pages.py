"""The pages of reports: what they show, what stands in their address, their files."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.reports import DealReportFilter
from crm.models import Action, Event, OptionList, Role, User
from crm.models.user import UserRole
from crm.places import RAIL, open_to
from crm.queries.reports import ALL
from crm.queries.reports.figures import Measure
from crm.sentences import sentence
from tests.cast import Cast
from tests.conftest import BeginWith
from tests.page import Browser
from tests.queries_counted import counted
from tests.reports.costs import write_costs, write_deals_and_costs
from tests.reports.world import write_deals

MONEY = Measure("Amount", Kind.MONEY)
DAYS = "period=2026-01-01..2026-06-17"


@pytest.fixture
def li(begin_with: BeginWith, browser: Browser) -> Browser:
    begin_with(write_deals_and_costs)
    return browser.sign_in("li")


def write_more(cast: Cast) -> None:
    write_deals_and_costs(cast)
    write_deals(cast, 60)
    write_costs(cast, 12)


def links(browser: Browser, path: str) -> list[str]:
    page = browser.get(path)
    return [values["href"] for tag, values in page.tags if tag == "a" and "href" in values]


def test_reports_are_found_in_the_rail_on_their_page_and_in_the_palette(li: Browser) -> None:
    assert "/reports" in links(li, "/")
    assert {f"/reports/{name}" for name in ALL} <= set(links(li, "/reports"))
    assert "/reports/winning" in links(li, "/search?q=win+rate")


def test_who_sees_no_deals_is_led_to_no_reports(li: Browser) -> None:
    nobody = User(role_rows=[UserRole(role=Role.EXPORTER)])
    assert "reports.index" not in {place.endpoint for place in open_to(nobody, RAIL)}


@pytest.mark.parametrize("name", list(ALL))
def test_a_report_is_drawn_and_every_figure_leads_to_its_list(li: Browser, name: str) -> None:
    page = li.get(f"/reports/{name}?{DAYS}&compare=before")
    titles = [tag for tag, _ in page.tags if tag in {"title", "desc"}]
    assert page.with_id("chart_title")
    assert len(titles) > 2
    lists = "/deals?", "/activities?", "/expenses?", "/expenses/items?"
    behind = [href for href in links(li, f"/reports/{name}?{DAYS}") if href.startswith(lists)]
    assert behind
    for href in set(behind[:6]):
        li.get(href)


def test_what_is_chosen_stands_in_the_address_and_is_said(li: Browser, cast: Cast) -> None:
    source = cast.option(OptionList.SOURCE, "Phone").id
    page = li.get(f"/reports/winning?{DAYS}&by=product&compare=year_before&source={source}")
    assert "Jan 1, 2026 to Jun 17, 2026 · compared with Jan 1, 2025 to Jun 17, 2025" in page.text
    assert "Source: Phone" in page.text
    for href in links(li, f"/reports/winning?{DAYS}&by=product&source={source}"):
        if href.startswith("/deals?"):
            assert "closed=2026-01-01..2026-06-17" in href
            assert f"source={source}" in href
    form = page.form("/reports/winning")
    assert form["fields"]["by"] == "product"
    assert form["fields"]["compare"] == "year_before"


def test_what_cannot_be_understood_is_as_if_it_were_not_there(li: Browser) -> None:
    plain = li.get("/reports/winning").text
    hostile = "period=x&compare=1'&by=__class__&owner=;&team=-1&pipeline=99999999999&status=lost"
    assert li.get(f"/reports/winning?{hostile}&stuck=1&columns=name").text == plain
    li.get("/reports/nothing", status=404)


def test_htmx_gets_the_report_alone(li: Browser) -> None:
    page = li.get("/reports/winning?by=team", htmx="div#listing")
    assert page.with_id("listing")
    assert li.last.headers["HX-Push-Url"] == "/reports/winning?by=team"


def test_days_without_deals_say_so(li: Browser) -> None:
    assert "No data" in li.get("/reports/winning?period=2019-01-01..2019-01-31").text


@pytest.mark.parametrize("name", list(ALL))
def test_days_that_are_still_to_come_and_have_no_end_tell_of_nothing(
    cast: Cast, browser: Browser, name: str
) -> None:
    browser.sign_in("li").get(f"/reports/{name}?period=2200-01-01..&compare=before")


@pytest.mark.parametrize("compare", ["before", "year_before"])
def test_before_the_first_day_there_is_nothing_to_compare_with(li: Browser, compare: str) -> None:
    page = li.get(f"/reports/winning?period=1900-01-01..1900-01-31&compare={compare}")
    assert "No data" in page.text


def test_the_file_has_the_figures_of_the_page_and_of_the_compared_days(
    li: Browser, cast: Cast
) -> None:
    path = f"/reports/winning/exports?{DAYS}&compare=before"
    li.post(path, {"format": "csv"}, status=200, buffered=True)
    rows = list(csv.DictReader(io.StringIO(li.last.get_data().decode("utf-8-sig"))))
    filter = DealReportFilter.of("winning", MultiDict(parse_qsl(f"{DAYS}&compare=before")))
    table = ALL["winning"].of(filter, cast.li)
    assert [row["Owner"] for row in rows] == [row.label for row in table.all_rows]
    assert table.total
    won, rate = table.total.figures[1].value, table.total.figures[3].value
    assert rows[-1]["Won"] == str(won)
    assert rows[-1]["Won, the days before"] == str(table.total.before[1].value)
    assert abs(Decimal(rows[-1]["Win rate"].removesuffix("%")) - Decimal(rate or 0)) <= Decimal(
        "0.05"
    )
    li.post(path, {"format": "xlsx"}, status=200, buffered=True)
    sheet = load_workbook(io.BytesIO(li.last.get_data())).active
    assert sheet is not None
    assert sheet.title == "Win rate"
    assert sheet.max_row == len(table.all_rows) + 1
    event = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).first()
    assert event is not None
    assert event.particulars["filter"] == f"{DAYS}&compare=before"
    assert sentence(event) == f"Exported as CSV: Win rate, {len(rows)} rows"


def test_who_may_not_export_is_offered_no_file(app: Flask, li: Browser) -> None:
    wang = Browser(app).sign_in("wang")
    assert not wang.get("/reports/winning").with_id("export_menu")
    wang.post("/reports/winning/exports", {"format": "csv"}, status=403)


@pytest.mark.parametrize("name", list(ALL))
def test_a_report_asks_as_often_for_many_deals_as_for_few(
    app: Flask, begin_with: BeginWith, name: str
) -> None:
    ways = [way.name for way in ALL[name].ways] or [""]
    paths = [f"/reports/{name}?by={way}&period=2024-01-01..2026-06-17" for way in ways]
    asked = []
    for write in (write_deals_and_costs, write_more):
        begin_with(write)
        li = Browser(app).sign_in("li")
        for path in paths:
            li.get(path)
        counts = []
        for path in paths:
            with counted(app) as statements:
                li.get(path)
            counts.append(len(statements))
        asked.append(counts)
    assert asked[1] == asked[0]
    assert max(asked[0]) <= 30


def test_amounts_in_a_table_go_without_the_sign_that_is_named_below(li: Browser) -> None:
    page = li.get(f"/reports/winning?{DAYS}")
    table = page.html.partition("<tbody>")[2].partition("</table>")[0]
    assert table
    assert "¥" not in table
    assert "Amounts in CNY." in page.text


def test_an_amount_of_a_table_is_whole_and_what_is_none_is_a_dash() -> None:
    assert [MONEY.bare(each) for each in (Decimal("1234567.5"), None)] == ["1,234,568", "–"]
