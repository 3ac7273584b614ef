"""The foot of a list of amounts: what the whole list comes to, as its reader sees it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crm import paging
from crm.extensions import db
from crm.models import Deal, ExchangeRate
from crm.models.approval import Decision
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.conftest import BeginWith
from tests.page import Browser


def write(cast: Cast) -> None:
    """Two claims of Wang's, one of them paid after an advance, and a draft of Zhao's."""
    ExchangeRate.enter("USD", date(2026, 6, 1), Decimal("7.1"), by=cast.admin)
    handed_out(cast, "100.00")
    claim = decide(
        submitted(cast, make_item(cast, "250.40"), make_item(cast, "10.00", "USD")),
        Decision.APPROVED,
    )
    claim.pay("网银", by=cast.fin)
    submitted(cast, make_item(cast, "1000.00"))
    draft(cast, make_item(cast, "5.00"), by=cast.zhao)
    db.session.commit()


@pytest.fixture
def world(begin_with: BeginWith, cast: Cast) -> Cast:
    begin_with(write)
    return cast


@pytest.mark.parametrize(("who", "path", "total"), [
    ("fin", "/expenses", "1,326.40"),  # the draft, too: 321.40 + 1,000 + 5
    ("wang", "/expenses", "1,321.40"),
    ("fin", "/expenses?state=paid", "321.40"),
    ("fin", "/expenses/items", "1,326.40"),
    ("fin", "/expenses/items?state=submitted,approved,paid", "1,321.40"),
    ("fin", "/expenses/items?state=paid", "321.40"),
    ("fin", "/advances", "100.00"),
    ("fin", "/payments", "321.40"),  # the advance, and what of the claim it did not cover
])  # fmt: skip
def test_it_says_the_sum_of_all_pages_in_the_base_currency(
    world: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch,
    who: str, path: str, total: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(paging, "PER_PAGE", 1)
    assert f"Total CN¥{total}" in browser.sign_in(who).get(path).text


def test_a_list_of_deals_says_what_they_come_to(cast: Cast, browser: Browser) -> None:
    cast.pumps.set_amount(Decimal("200000.50"), "CNY")
    db.session.commit()
    seen = db.session.scalars(Deal.visible_to(cast.wang)).all()
    total = sum(deal.base_amount or 0 for deal in seen)
    assert total > 200_000
    assert f"Total CN¥{total:,.2f}" in browser.sign_in("wang").get("/deals").text


def test_a_list_of_more_than_are_counted_says_no_sum(
    world: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PER_PAGE", 1)
    monkeypatch.setattr(paging, "COUNTED", 2)
    page = browser.sign_in("fin").get("/expenses/items").text
    assert "more than 2" in page
    assert "Total" not in page


def test_what_is_no_list_of_amounts_and_what_is_empty_say_none(
    cast: Cast, browser: Browser
) -> None:
    browser.sign_in("fin")
    for path in ("/customers", "/expenses/items"):
        assert "Total" not in browser.get(path).text
