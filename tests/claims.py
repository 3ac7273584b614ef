"""Expense claims for tests: drafted by Wang, decided by Li, who heads the team."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.extensions import db
from crm.models import (
    ApprovalAssignment,
    Customer,
    ExpenseClaim,
    ExpenseItem,
    ExpenseRate,
    ItemKind,
    OptionList,
    User,
)
from crm.models.approval import Decision
from crm.policies import find_in
from tests.cast import Cast

SPENT_ON = date(2026, 6, 10)


def make_item(
    cast: Cast, amount: str = "300.00", currency: str = "CNY", *, purpose: str = "拜访采购部",
    customer: Customer | None = None, category: str = "Travel",
) -> ExpenseItem:  # fmt: skip
    """A cost, by default of a visit to Sigma."""
    item = ExpenseItem(
        category=cast.option(OptionList.EXPENSE_CATEGORY, category),
        customer=customer or cast.sigma,
        purpose=purpose,
    )
    item.set_amount(Decimal(amount), currency, SPENT_ON)
    return item


def draft(
    cast: Cast, *items: ExpenseItem, title: str = "大连出差", by: User | None = None
) -> ExpenseClaim:
    """A draft of Wang's, with one item of 300.00 if none are given."""
    by = by or cast.wang
    claim = ExpenseClaim.begin(title, by=by)
    for item in items or (make_item(cast),):
        claim.add_item(item, by=by)
    return claim


def submitted(
    cast: Cast, *items: ExpenseItem, title: str = "大连出差", by: User | None = None
) -> ApprovalAssignment:
    """Submit a draft; returns what its approver is asked."""
    claim = draft(cast, *items, title=title, by=by)
    request = claim.submit(by=claim.claimant)
    db.session.commit()
    return request.assignments[0]


def hand_in_held(title: str) -> ExpenseClaim:
    """As a view does: the claim called ``title`` is held, then handed in."""
    visible = ExpenseClaim.visible_to(Cast().admin)
    called = visible.with_only_columns(ExpenseClaim.id).where(ExpenseClaim.title == title)
    claim_id = db.session.scalars(called).one()
    claim = find_in(visible, ExpenseClaim, claim_id, lock=True, load=ExpenseClaim.for_page())
    claim.submit(by=claim.claimant)
    return claim


def decide(
    assignment: ApprovalAssignment, decision: Decision, *, comment: str | None = None,
    by_link: bool = False,
) -> ExpenseClaim:  # fmt: skip
    """Decide as the approver; returns the claim."""
    claim = assignment.request.document
    assignment.decide(
        decision, by=assignment.approver, version=claim.version,
        content_hash=claim.content_hash(), comment=comment, by_link=by_link,
    )  # fmt: skip
    db.session.commit()
    return claim  # type: ignore[no-any-return]


def granted(
    cast: Cast, amount: str = "0.8", kind: ItemKind = ItemKind.MILEAGE, *,
    day: date = date(2026, 1, 1), currency: str = "CNY",
) -> ExpenseRate:  # fmt: skip
    """A rate that grants ``amount`` from ``day`` on, by default for a kilometre."""
    rate = ExpenseRate(kind=kind, label_zh="自驾", label_en="Own car",
                       category=cast.option(OptionList.EXPENSE_CATEGORY, "Travel"))  # fmt: skip
    return rate.begin(day, Decimal(amount), currency, by=cast.admin)
