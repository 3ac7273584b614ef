"""Rules of expenses: which claims break them, and which are not handed in for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from flask import Flask

from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import (
    ClaimState,
    Customer,
    ExchangeRate,
    ExpenseClaim,
    ExpenseItem,
    ExpenseRule,
    OptionList,
    User,
)
from crm.models.approval import Decision
from crm.models.expense_claim.checking import Breach, Case, RulesBroken, breaches_of
from crm.models.expense_claim.splitting import Part
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.queries_counted import counted

ITEM, DAY, QUARTER = (
    RuleCheck.ITEM_LIMIT, RuleCheck.PERSON_DAY_LIMIT, RuleCheck.CUSTOMER_QUARTER_LIMIT,
)  # fmt: skip
RECEIPT, CUSTOMER = RuleCheck.RECEIPT_REQUIRED, RuleCheck.CUSTOMER_REQUIRED
JUNE_9, JUNE_10, JULY_1 = date(2026, 6, 9), date(2026, 6, 10), date(2026, 7, 1)


def rule(
    cast: Cast, check: RuleCheck, amount: str | None = None, *, category: str | None = None,
    effect: RuleEffect = RuleEffect.WARN,
) -> ExpenseRule:  # fmt: skip
    """One more rule."""
    of = cast.option(OptionList.EXPENSE_CATEGORY, category) if category else None
    made = ExpenseRule(
        category=of, check=check, amount=Decimal(amount) if amount else None, effect=effect
    )
    db.session.add(made)
    db.session.commit()
    return made


def cost(
    cast: Cast, amount: str, day: date = JUNE_10, *, currency: str = "CNY",
    customer: Customer | None = None, category: str = "Travel",
) -> ExpenseItem:  # fmt: skip
    """A cost of that day, on nobody if no customer is named."""
    item = make_item(cast, amount, currency, category=category)
    item.customer = customer
    item.set_amount(Decimal(amount), currency, day)
    return item


def broken(claim: ExpenseClaim) -> list[Breach]:
    db.session.flush()
    return breaches_of(Case.of(claim))


class Told(NamedTuple):
    """A row of the table: a rule, what is spent, and what it comes to where that is too much."""

    check: RuleCheck
    amount: str | None
    spent: Sequence[tuple[str, date, bool]]  # amount, day, whether on Sigma
    too_much: Sequence[str | None]


TABLE = (
    Told(ITEM, "300.00", [("299.99", JUNE_10, False)], []),
    Told(ITEM, "300.00", [("300.00", JUNE_10, False)], []),
    Told(ITEM, "300.00", [("300.01", JUNE_10, False)], ["300.01"]),
    Told(ITEM, "300.00", [("200.00", JUNE_10, False)] * 2, []),
    Told(ITEM, "0.00", [("0.01", JUNE_10, False)], ["0.01"]),
    Told(DAY, "300.00", [("100.00", JUNE_10, False), ("199.99", JUNE_10, True)], []),
    Told(DAY, "300.00", [("100.00", JUNE_10, False), ("200.00", JUNE_10, True)], []),
    Told(DAY, "300.00", [("100.00", JUNE_10, False), ("200.01", JUNE_10, True)], ["300.01"]),
    Told(DAY, "300.00", [("200.00", JUNE_10, False), ("200.00", JUNE_9, False)], []),
    Told(DAY, "100.00", [("200.00", JUNE_9, False), ("150.00", JUNE_10, False)],
         ["200.00", "150.00"]),
    Told(QUARTER, "300.00", [("100.00", JUNE_10, True), ("199.99", JUNE_9, True)], []),
    Told(QUARTER, "300.00", [("100.00", JUNE_10, True), ("200.00", JUNE_9, True)], []),
    Told(QUARTER, "300.00", [("100.00", JUNE_10, True), ("200.01", JUNE_9, True)], ["300.01"]),
    Told(QUARTER, "300.00", [("200.00", JUNE_10, True), ("200.00", JULY_1, True)], []),
    Told(QUARTER, "300.00", [("200.00", JUNE_10, True), ("900.00", JUNE_10, False)], []),
    Told(RECEIPT, None, [("0.01", JUNE_10, False)], [None]),
    Told(RECEIPT, "300.00", [("300.00", JUNE_10, False)], []),
    Told(RECEIPT, "300.00", [("300.01", JUNE_10, False)], [None]),
    Told(CUSTOMER, None, [("0.01", JUNE_10, False)], [None]),
    Told(CUSTOMER, None, [("0.01", JUNE_10, True)], []),
    Told(CUSTOMER, "300.00", [("300.00", JUNE_10, False)], []),
    Told(CUSTOMER, "300.00", [("300.01", JUNE_10, False)], [None]),
)  # fmt: skip


@pytest.mark.parametrize("effect", RuleEffect)
@pytest.mark.parametrize("row", TABLE)
def test_a_rule_is_broken_above_its_limit_and_forbids_only_where_it_says_so(
    cast: Cast, row: Told, effect: RuleEffect
) -> None:
    rule(cast, row.check, row.amount, effect=effect)
    items = [
        cost(cast, amount, day, customer=cast.sigma if is_sigma else None)
        for amount, day, is_sigma in row.spent
    ]
    claim = draft(cast, *items)
    totals = sorted(breach.total or Decimal(0) for breach in broken(claim))
    assert totals == sorted(Decimal(total or 0) for total in row.too_much)
    if row.too_much and effect is RuleEffect.FORBID:
        with pytest.raises(RulesBroken) as refused:
            claim.submit(by=cast.wang)
        assert len(refused.value.breaches) == len(row.too_much)
        assert claim.state is ClaimState.DRAFT
    else:
        claim.submit(by=cast.wang)
        assert claim.state is ClaimState.SUBMITTED
        assert len(broken(claim)) == len(row.too_much), "its own items count once"


def test_amounts_are_compared_in_the_base_currency(cast: Cast) -> None:
    ExchangeRate.enter("USD", date(2026, 6, 1), Decimal("7.00"), by=None)
    ExchangeRate.enter("JPY", date(2026, 6, 1), Decimal("0.05"), by=None)
    rule(cast, DAY, "1000.00")
    in_three = [
        cost(cast, "100.00", currency="USD"),
        cost(cast, "5000.00", currency="JPY"),
        cost(cast, "50.00"),
    ]
    claim = draft(cast, *in_three)
    assert broken(claim) == []
    claim.add_item(cost(cast, "1.00", currency="JPY"), by=cast.wang)
    (breach,) = broken(claim)
    assert breach.total == Decimal("1000.05")
    assert breach.items == claim.items


def test_a_rule_of_a_category_is_for_its_items_alone(cast: Cast) -> None:
    rule(cast, DAY, "100.00", category="Entertainment")
    claim = draft(cast, cost(cast, "500.00"), cost(cast, "60.00", category="Entertainment"))
    assert broken(claim) == []
    claim.add_item(cost(cast, "60.00", category="Entertainment"), by=cast.wang)
    (breach,) = broken(claim)
    assert breach.total == Decimal("120.00")
    assert len(breach.items) == 2


def test_a_rule_out_of_use_holds_nobody(cast: Cast) -> None:
    made = rule(cast, ITEM, "1.00", effect=RuleEffect.FORBID)
    plan = RulePlan(None, ITEM, Decimal(1), RuleEffect.FORBID, active=False, rule=made)
    ExpenseRule.arrange([plan], by=cast.admin)
    assert broken(draft(cast)) == []


def test_what_a_person_handed_in_the_same_day_counts_until_it_is_rejected(cast: Cast) -> None:
    rule(cast, DAY, "500.00", effect=RuleEffect.FORBID)
    asked = submitted(cast, cost(cast, "300.00"))
    claim = draft(cast, cost(cast, "300.00"), title="又一张")
    (breach,) = broken(claim)
    assert (breach.total, breach.day) == (Decimal("600.00"), JUNE_10)
    with pytest.raises(RulesBroken):
        claim.submit(by=cast.wang)
    decide(asked, Decision.REJECTED, comment="重报")
    assert broken(claim) == []
    claim.submit(by=cast.wang)


def test_drafts_and_what_lies_in_the_trash_do_not_count(cast: Cast) -> None:
    rule(cast, DAY, "500.00")
    draft(cast, cost(cast, "300.00"))
    draft(cast, cost(cast, "300.00"), title="错的").trash(by=cast.wang)
    assert broken(draft(cast, cost(cast, "300.00"), title="这张")) == []


def test_what_is_approved_counts(cast: Cast) -> None:
    rule(cast, DAY, "500.00")
    decide(submitted(cast, cost(cast, "300.00")), Decision.APPROVED)
    assert broken(draft(cast, cost(cast, "300.00"), title="这张"))


def test_a_day_is_one_persons_and_a_customer_everybodys(cast: Cast) -> None:
    rule(cast, DAY, "500.00")
    rule(cast, QUARTER, "500.00")
    submitted(cast, cost(cast, "300.00", customer=cast.sigma))
    claim = draft(cast, cost(cast, "300.00", JUNE_9, customer=cast.sigma), by=cast.zhao)
    (breach,) = broken(claim)
    assert breach.rule.check is QUARTER
    assert (breach.customer, breach.total) == (cast.sigma, Decimal("600.00"))


def test_a_bill_that_is_shared_out_stays_one_bill(cast: Cast) -> None:
    rule(cast, ITEM, "500.00")
    rule(cast, RECEIPT, "500.00")
    claim = draft(cast, cost(cast, "600.00", customer=cast.sigma))
    parts = [Part(cast.sigma, None, Decimal(1)), Part(None, None, Decimal(1))]
    claim.split_item(claim.items[0], parts, by=cast.wang)
    dear, bare = broken(claim)
    assert dear.total == Decimal("600.00")
    assert len(dear.items) == len(bare.items) == 2


def test_a_receipt_settles_that_one_is_needed(cast: Cast) -> None:
    rule(cast, RECEIPT, effect=RuleEffect.FORBID)
    claim = draft(cast)
    assert broken(claim)
    picture = PreparedFile("ticket.jpg", "image/jpeg", b"a picture")
    receipt = store(picture, kind="expense_item", by=cast.wang)
    claim.add_receipts(claim.items[0], [receipt], by=cast.wang)
    assert broken(claim) == []


def test_a_returned_claim_counts_its_own_items_once(cast: Cast) -> None:
    rule(cast, DAY, "500.00", effect=RuleEffect.FORBID)
    claim = draft(cast, cost(cast, "300.00"))
    claim.submit(by=cast.wang)
    claim.withdraw(by=cast.wang)
    assert broken(claim) == []
    claim.submit(by=cast.wang)


def make_many(cast: Cast, by: User, number: int) -> ExpenseClaim:
    items = [
        cost(cast, "30.00", date(2026, 6, 1 + index % 20), customer=cast.sigma)
        for index in range(number)
    ]
    return draft(cast, *items, by=by)


def test_queries_do_not_grow_with_the_items(app: Flask, cast: Cast) -> None:
    for check in RuleCheck:
        rule(cast, check, "10.00")
        rule(cast, check, "20.00", category="Travel")
    claims = [make_many(cast, cast.wang, number) for number in (2, 40)]
    db.session.commit()
    numbers = []
    for claim in claims:
        db.session.refresh(claim)
        for item in claim.items:
            assert item.category is not None
            assert item.customer is not None
            assert item.receipts == []
        with counted(app) as statements:
            assert broken(claim)
        numbers.append(len(statements))
    assert numbers == [3, 3]
