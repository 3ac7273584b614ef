"""Mileage and allowances: what a rate grants, from which day on, and what follows for a cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.base import amount_of
from crm.extensions import db
from crm.models import Action, Event, ExchangeRate, ExpenseItem, ExpenseRate, ItemKind
from crm.models.expense_rate import NotGranted
from crm.queries.approvals.changes import changes_of_claim
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, granted

JULY = date(2026, 7, 1)


def computed(rate: ExpenseRate, quantity: str = "120", day: date = SPENT_ON) -> ExpenseItem:
    item = ExpenseItem(purpose="拜访")
    item.compute(rate, Decimal(quantity), day)
    return item


def test_the_amount_follows_from_rate_and_quantity(cast: Cast) -> None:
    item = computed(granted(cast, "0.655"), "33")
    assert (item.amount, item.currency, item.base_amount) == (
        Decimal("21.62"), "CNY", Decimal("21.62"),
    )  # fmt: skip
    assert (item.kind, item.category.label_en) == (ItemKind.MILEAGE, "Travel")


@given(
    quantity=st.decimals("0.000001", "99999", places=6),
    unit=st.decimals("0.000001", "9999", places=6),
)
def test_an_amount_is_rounded_half_up_to_the_cent(quantity: Decimal, unit: Decimal) -> None:
    amount, exact = amount_of(quantity, unit), quantity * unit
    assert amount.as_tuple().exponent == -2
    assert -Decimal("0.005") < amount - exact <= Decimal("0.005")
    assert amount == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_a_rate_changes_from_a_day_on(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    rate.grant(JULY, Decimal("0.9"), "CNY", by=cast.admin)
    before, after = JULY - timedelta(days=1), JULY
    assert [computed(rate, "100", day).amount for day in (before, after)] == [80, 90]
    with pytest.raises(NotGranted):
        computed(rate, "100", date(2025, 12, 31))


def test_a_later_change_of_the_rate_changes_no_item(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    claim = draft(cast, item := computed(rate, "100"))
    db.session.commit()
    rate.grant(date(2026, 6, 1), Decimal("2"), "CNY", by=cast.admin)
    db.session.commit()
    item.compute(rate, Decimal(50), SPENT_ON)
    assert item.amount == 40, "rate and day are the same: so is what was granted"
    item.compute(rate, Decimal(50), SPENT_ON + timedelta(days=1))
    claim.item_changed(item, by=cast.wang)
    assert claim.base_amount == 100, "on another day, what that day grants"


def test_a_grant_that_was_a_mistake_is_taken_back_but_not_the_last(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    rate.grant(JULY, Decimal("9"), "CNY", by=cast.admin)
    db.session.commit()
    rate.take_back(rate.on(JULY), by=cast.admin)
    assert rate.on(JULY).amount == Decimal("0.8")
    rate.take_back(rate.on(JULY), by=cast.admin)
    assert len(rate.grants) == 1


def test_a_rate_in_another_currency_is_granted_at_the_rate_of_the_day(cast: Cast) -> None:
    ExchangeRate.enter("EUR", date(2026, 6, 1), Decimal("7.8512"), by=None)
    item = computed(granted(cast, "28", ItemKind.ALLOWANCE, currency="EUR"), "2.5")
    assert (item.amount, item.rate, item.base_amount) == (
        Decimal("70.00"), Decimal("7.8512"), Decimal("549.58"),
    )  # fmt: skip


def test_what_is_granted_is_decided_about(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    claim = draft(cast, item := computed(rate, "120"))
    db.session.commit()
    written = claim.content_hash()
    snapshot = item.snapshot()
    assert (snapshot["kind"], snapshot["quantity"], snapshot["unit_amount"]) == (
        "mileage", "120", "0.8",
    )  # fmt: skip
    db.session.expire_all()
    assert claim.content_hash() == written
    item.quantity, item.unit_amount = Decimal(60), Decimal("1.6")
    assert claim.content_hash() != written, "the same amount of another way"


def test_who_decides_again_reads_how_it_was_computed_then_and_now(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    claim = draft(cast, item := computed(rate, "120"))
    item.payee = "自驾"
    first = claim.submit(by=cast.wang)
    db.session.commit()
    claim.withdraw(by=cast.wang)
    item.compute(rate, Decimal(60), SPENT_ON)
    claim.item_changed(item, by=cast.wang)
    second = claim.submit(by=cast.wang)
    db.session.commit()
    removed, added = changes_of_claim(first, second)[-2:]
    assert "120 km × 0.8 CNY per km" in removed
    assert "60 km × 0.8 CNY per km" in added
    assert "自驾" in added


def test_what_was_claimed_before_there_were_rates_keeps_its_hash(cast: Cast) -> None:
    claim = draft(cast)
    db.session.commit()
    assert set(claim.items[0].snapshot()) == {
        "category", "amount", "currency", "base_amount", "spent_on", "customer", "deal", "purpose",
        "receipts",
    }  # fmt: skip


def test_changes_of_a_rate_are_recorded_with_what_it_granted(cast: Cast) -> None:
    rate = granted(cast, "0.8")
    rate.grant(JULY, Decimal("0.9"), "CNY", by=cast.admin)
    rate.set_in_use(False, by=cast.admin)
    rate.set_in_use(False, by=cast.admin)
    db.session.flush()
    events = db.session.scalars(
        Event.about("expense_rate", rate.id).where(Event.action == Action.EXPENSE_RATE_CHANGED)
    ).all()
    changes = [event.particulars["changes"] for event in reversed(events)]
    first, both = "2026-01-01: 0.8 CNY", "2026-01-01: 0.8 CNY; 2026-07-01: 0.9 CNY"
    assert sorted(changes, key=str) == sorted(
        [{"grants": ["", first]}, {"grants": [first, both]}, {"offered": ["True", "False"]}],
        key=str,
    )
