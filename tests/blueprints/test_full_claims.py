"""A claim holds so many costs that it can still be decided about as one, and says so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import ExpenseClaim, OptionList
from crm.models.expense_claim.splitting import Part
from crm.models.expense_claim.states import MOST_ITEMS, ClaimRefused
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.conftest import BeginWith
from tests.page import Browser

FULL = "A claim holds up to 200 costs: begin another one for the rest."


def write(cast: Cast) -> None:
    draft(cast, *(make_item(cast, "30.00") for _number in range(MOST_ITEMS)), title="满")
    db.session.commit()


@pytest.fixture
def full(begin_with: BeginWith, cast: Cast) -> ExpenseClaim:
    """Wang's draft that has no room any more."""
    begin_with(write)
    return db.session.scalars(select(ExpenseClaim)).one()


def typed(cast: Cast) -> dict[str, object]:
    return {
        "category": cast.option(OptionList.EXPENSE_CATEGORY, "Travel").id, "amount": "120.50",
        "currency": "CNY", "spent_on": "2026-06-15", "purpose": "出租车",
    }  # fmt: skip


def test_a_full_claim_says_so_instead_of_offering_the_form(
    browser: Browser, full: ExpenseClaim
) -> None:
    page = browser.sign_in("wang").get(f"/expenses/{full.id}")
    assert FULL in page.text
    assert f'action="/expenses/{full.id}/items"' not in page.html


def test_one_more_is_refused_with_the_reason_and_the_claim_stays_as_it_is(
    cast: Cast, browser: Browser, full: ExpenseClaim
) -> None:
    browser.sign_in("wang").post(f"/expenses/{full.id}/items", typed(cast))
    assert browser.follow().text.count(FULL) == 2  # the message, and where the form would be
    db.session.refresh(full)
    assert (len(full.items), full.base_amount) == (MOST_ITEMS, Decimal(6000))


def test_a_bill_of_a_full_claim_is_not_shared_out_and_one_cost_less_makes_room(
    cast: Cast, full: ExpenseClaim
) -> None:
    parts = [Part(cast.sigma, None, Decimal(1)), Part(cast.western, None, Decimal(2))]
    with pytest.raises(ClaimRefused, match="many"):
        full.split_item(full.items[0], parts, by=cast.wang)
    full.remove_item(full.items[-1], by=cast.wang)
    shares = full.split_item(full.items[0], parts, by=cast.wang)
    assert [share.amount for share in shares] == [10, 20]
    full.split_item(shares[0], parts[::-1], by=cast.wang)  # as many as before
    assert len(full.items) == MOST_ITEMS


def test_quick_entry_begins_another_claim_where_the_draft_at_hand_is_full(
    cast: Cast, browser: Browser, full: ExpenseClaim
) -> None:
    browser.sign_in("wang")
    browser.submit(browser.get("/expenses/quick"), "/expenses/quick", **typed(cast))
    other = db.session.scalars(select(ExpenseClaim).where(ExpenseClaim.id != full.id)).one()
    assert [item.purpose for item in other.items] == ["出租车"]
