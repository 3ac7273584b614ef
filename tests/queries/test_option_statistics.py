"""What the options of a list are worth, of what one sees."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.models import Action, Company, Deal, Event, OptionList, User
from crm.queries.option_statistics import COLUMNS, LISTS, Whose, Worth, worth_of
from crm.sentences import sentence
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def story(cast: Cast) -> Cast:
    """Sigma came by phone, and so did the firm in the West; of two deals one was won."""
    phone = cast.option(OptionList.SOURCE, "Phone")
    cast.sigma.source = cast.western.source = phone
    cast.sigma.tag_as(db.session.scalars(db.select(type(phone)).where(
        type(phone).list == OptionList.TAG)).all()[:2])  # fmt: skip
    for name, wins in (("旧单", True), ("丢单", False)):
        deal = Deal(name=name, customer=cast.sigma, owner=cast.wang)
        deal.set_amount(Decimal(1000), "CNY")
        Deal.open(deal, cast.stages[0], by=cast.wang)
        db.session.flush()
        if wins:
            deal.win(by=cast.wang)
        else:
            deal.lose(by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    db.session.commit()
    return cast


def of(english: str, which: OptionList, user: User, closed: Days | None = None) -> Worth:
    rows = worth_of(which, user, closed)
    return next(row for row in rows if row.option and row.option.label_en == english)


def test_each_sees_what_is_theirs(story: Cast) -> None:
    mine = of("Phone", OptionList.SOURCE, story.li)
    assert (mine.count, mine.open_amount, mine.won_amount) == (
        1,
        Decimal(186000),
        Decimal(1000),
    )
    assert (mine.won, mine.lost, mine.win_rate) == (1, 1, Decimal(50))
    everything = of("Phone", OptionList.SOURCE, story.admin)
    assert (everything.count, everything.open_amount) == (2, Decimal(228000))
    nothing = of("Website", OptionList.SOURCE, story.admin)
    assert (nothing.count, nothing.win_rate) == (0, None)


def test_a_period_is_that_in_which_deals_were_closed(story: Cast) -> None:
    today = Company.current().today()
    assert of("Phone", OptionList.SOURCE, story.li, Days.between(today, today)).won == 1
    before = of("Phone", OptionList.SOURCE, story.li, Days("..2020-01-01"))
    assert (before.won, before.lost, before.open_amount) == (0, 0, Decimal(186000))


def test_who_carries_several_tags_counts_for_each(story: Cast) -> None:
    assert [row.count for row in worth_of(OptionList.TAG, story.admin)] == [1, 1, 0, 1]


@pytest.mark.parametrize("which", LISTS)
def test_each_sum_leads_to_its_deals(story: Cast, browser: Browser, which: OptionList) -> None:
    browser.sign_in("admin")
    page = browser.get(f"/statistics/{which.value}?closed=this_month")
    links = [values["href"] for tag, values in page.tags
             if tag == "a" and f"customer_{which.value}=" in values.get("href", "")]  # fmt: skip
    assert links
    for row in worth_of(which, story.admin, Days("this_month")):
        if row.option:
            filter = DealFilter.parse_text(
                f"status=won&closed=this_month&customer_{which.value}={row.option.id}"
            )
            deals = db.session.scalars(filter.narrow(story.admin)).all()
            assert sum((deal.base_amount or 0 for deal in deals), Decimal(0)) == row.won_amount
    browser.get(f"/statistics/{which.value}?closed_from=2026-01-01&closed_to=x")


def test_a_deal_counts_for_what_it_says_itself(story: Cast) -> None:
    website, tag = story.option(OptionList.SOURCE, "Website"), story.sigma.tags[0]
    story.pumps.source, story.pumps.customer = website, None
    story.pumps.tag_as([tag])
    db.session.commit()
    for which in COLUMNS[Whose.DEALS]:
        rows = worth_of(which, story.admin, of=Whose.DEALS)
        said = [
            (row.option, row.count, row.open_amount) for row in rows if row.option and row.count
        ]
        option = website if which is OptionList.SOURCE else tag
        assert said == [(option, 1, Decimal(186000))]
        assert (rows[-1].option, rows[-1].won, rows[-1].lost) == (None, 1, 1)
    assert of("Website", OptionList.SOURCE, story.admin).open_amount == 0


def test_what_deals_say_leads_to_them_and_is_exported(story: Cast, browser: Browser) -> None:
    phone = story.option(OptionList.SOURCE, "Phone")
    story.pumps.source = phone
    db.session.commit()
    li = browser.sign_in("li")
    page = li.get("/statistics/source?of=deals&closed=this_month")
    assert f"/deals?status=all&source={phone.id}" in {
        values.get("href") for tag, values in page.tags if tag == "a"
    }
    fields = page.form("/statistics/source/exports")
    li.post(fields["action"], {**fields["fields"], "format": "csv"}, status=200, buffered=True)
    rows = list(rows_of(li.last.get_data(), "csv"))
    assert rows[0][:2] == ["Sources", "Deals"]
    assert ["Phone", "1", "186000.00"] in [row[:3] for row in rows]
    made = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).one()
    assert made.particulars["filter"] == "of=deals&closed=this_month"
    assert "Of the deals" not in li.get("/statistics/grade?of=deals").text


def test_a_rep_sees_none(story: Cast, browser: Browser) -> None:
    browser.sign_in("wang").get("/statistics/source", status=403)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_figures_are_exported_by_who_may_and_written_down(
    story: Cast, browser: Browser, format: str
) -> None:
    phone = story.sigma.source
    assert phone is not None
    phone.label_en = "=Phone"
    db.session.commit()
    li = browser.sign_in("li")
    page = li.get("/statistics/source?closed=this_month")
    fields = page.form("/statistics/source/exports")
    li.post(fields["action"], {**fields["fields"], "format": format}, status=200, buffered=True)
    assert fields["action"].endswith("?closed=this_month")
    content = li.last.get_data()
    assert li.last.headers["Cache-Control"] == "private, no-store"
    rows = [list(row) for row in rows_of(content, format)]
    assert rows[0] == [
        "Sources", "Customers", "Open amount", "Won amount", "Deals won", "Deals lost",
        "Win rate",
    ]  # fmt: skip
    shown = worth_of(OptionList.SOURCE, story.li, Days("this_month"))
    assert len(rows) == len(shown) + 1
    assert [str(cell) for cell in rows[1][:1]] == ["'=Phone"]
    assert [Decimal(str(cell)) for cell in rows[1][1:-1]] == [1, 186000, 1000, 1, 1]
    assert str(rows[1][-1]) == {"csv": "50.0%", "xlsx": "0.5"}[format]
    made = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).one()
    assert made.particulars == {
        "list": "source", "filter": "closed=this_month", "format": format, "count": len(shown),
    }  # fmt: skip
    assert sentence(made) == f"Exported as {format.upper()}: Statistics: Sources, {len(shown)} rows"


def test_who_may_not_export_is_offered_none(story: Cast, browser: Browser) -> None:
    wang = browser.sign_in("wang")
    wang.post("/statistics/source/exports", {"format": "csv"}, status=403)
    assert not db.session.scalar(select(Event).where(Event.action == Action.EXPORT_MADE))


def rows_of(content: bytes, format: str) -> Any:
    if format == "csv":
        return csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
