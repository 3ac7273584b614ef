"""Lists as files: as they are seen, for those who may, and written down each time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from flask import g
from sqlalchemy import select

from crm.exporters import export
from crm.extensions import db
from crm.models import Action, Customer, CustomerKind, Event, ExchangeRate, Option, OptionList, Role
from tests.cast import Cast
from tests.claims import draft
from tests.importers.conftest import prepare
from tests.page import Browser

LISTS = ("customers", "contacts", "deals", "tasks", "claims", "expense_items")


def exported(browser: Browser, address: str, format: str = "csv") -> bytes:
    browser.post(f"/exports/{address}", {"format": format}, status=200, buffered=True)
    return browser.last.get_data()


def test_no_cache_keeps_an_export(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    exported(browser, "customers")
    assert browser.last.headers["Cache-Control"] == "private, no-store"


def rows(browser: Browser, address: str) -> list[dict[str, str]]:
    text = exported(browser, address).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@contextmanager
def reader_of(language: str) -> Iterator[None]:
    g.language = language
    yield
    del g.language


def events() -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)))


def test_a_list_is_exported_with_its_filter_its_columns_and_its_order(
    cast: Cast, browser: Browser
) -> None:
    for name in ("乙", "甲"):
        Customer.register(Customer(name=name, owner=cast.zhao), by=cast.zhao)
    db.session.commit()
    browser.sign_in("li")
    found = rows(browser, f"customers?owner={cast.zhao.id}&columns=owner,name,kind&sort=name")
    assert found == [
        {"Owner": "赵磊", "Name": name, "Kind": "Prospect"} for name in ("甲", "乙")
    ]  # fmt: skip


def test_all_pages_are_exported_and_nothing_out_of_sight(cast: Cast, browser: Browser) -> None:
    for number in range(120):
        Customer.register(Customer(name=f"客户 {number}", owner=cast.wang), by=cast.wang)
    db.session.commit()
    names = [row["Name"] for row in rows(browser.sign_in("li"), "customers?after=x")]
    assert len(names) == len(set(names)) == 121
    assert cast.western.name not in names


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_every_list_can_be_both_kinds_of_file(
    cast: Cast, browser: Browser, name: str, format: str
) -> None:
    draft(cast)
    db.session.commit()
    content = exported(browser.sign_in("admin"), name, format)
    answer = browser.last
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert f".{format}" in answer.headers["Content-Disposition"]
    if format == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    else:
        assert content.startswith(b"\xef\xbb\xbf")


def test_an_amount_has_its_currency_in_a_column_of_its_own(cast: Cast, browser: Browser) -> None:
    from crm.models import Company

    ExchangeRate.enter("USD", Company.current().today(), Decimal(7), by=None)
    cast.pumps.set_amount(Decimal("12000.50"), "USD")
    db.session.commit()
    (row,) = rows(browser.sign_in("li"), "deals?q=磁力泵&columns=name,amount")
    assert row == {"Name": "西格玛磁力泵 20 台", "Amount": "12000.50", "Currency": "USD"}


@pytest.mark.parametrize("name", ["=1+1", "+86", "-5", "@SUM(A1)", "'=x", '=cmd|" /C"!A0'])
def test_a_hostile_name_is_text_in_the_file(cast: Cast, browser: Browser, name: str) -> None:
    Customer.register(Customer(name=name, owner=cast.wang), by=cast.wang)
    db.session.commit()
    (row,) = [row for row in rows(browser.sign_in("li"), "customers") if name in row["Name"]]
    assert row["Name"] == f"'{name}"


@pytest.mark.parametrize("who", ["wang", "reader"])
def test_who_sees_may_not_therefore_export(cast: Cast, browser: Browser, who: str) -> None:
    browser.sign_in(who)
    browser.post("/exports/customers", {"format": "csv"}, status=403)
    assert not events()
    assert "/exports/" not in browser.get("/customers").html
    getattr(cast, who).give_roles(getattr(cast, who).roles | {Role.EXPORTER}, by=None)
    db.session.commit()
    browser.sign_in(who)
    assert "/exports/customers" in browser.get("/customers").html
    assert rows(browser, "customers")


def test_an_export_is_written_down(cast: Cast, browser: Browser) -> None:
    rows(browser.sign_in("li"), "customers?q=西格玛&columns=name")
    (event,) = events()
    assert event.by_id == cast.li.id
    assert event.particulars == {
        "list": "customers", "format": "csv", "count": 1,
        "filter": "q=%E8%A5%BF%E6%A0%BC%E7%8E%9B&columns=name",
    }  # fmt: skip


def test_a_list_that_is_too_long_is_refused_whole(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    browser.sign_in("admin")
    browser.post("/exports/customers", {"format": "csv"})
    assert "narrow the list first" in browser.follow().text
    assert not events()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_exported_and_imported_again_is_the_same(
    cast: Cast, browser: Browser, tmp_path: Path, language: str
) -> None:
    """Our importer knows the titles and words of both languages, and takes the guards off."""
    grade = db.session.scalars(Option.of(OptionList.GRADE)).first()
    first = Customer(
        name="=2+3 仪表", kind=CustomerKind.DEALER, owner=cast.zhao, grade=grade, phone="+86 21",
        website="https://www.example.com", address="-1 层", employees=80,
        annual_revenue=Decimal("1234567.80"),
    )  # fmt: skip
    Customer.register(first, by=cast.zhao).parent = cast.sigma
    cast.li.language = language
    db.session.commit()
    columns = "name,kind,owner,grade,phone,website,address,employees,annual_revenue,parent"
    content = exported(browser.sign_in("li"), f"customers?q=仪表&columns={columns}")
    first.name = "改名"
    db.session.commit()
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with reader_of(language):
        result = prepare("customers", path).write()
    assert (result.problems, result.created) == ([], 1)
    again = cast.customer("=2+3 仪表")
    for name in columns.split(",")[1:]:
        assert getattr(again, name) == getattr(first, name), name
