"""The money around an expense claim: what its customers cost before, and what they bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import case, select

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.formatting import day, label, money
from crm.models import (
    ApprovalRequest,
    ClaimState,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    Option,
    Outcome,
    OutcomeKind,
)


@dataclass(frozen=True)
class Around:
    """One customer of a claim; all amounts in the base currency.

    These are the whole firm's sums, not only what the approver may look at one by one: the
    approver answers for the firm's money.
    """

    customer: Customer
    approved: Decimal  # spent on them before: approved or paid
    pending: Decimal  # on other claims that wait for a decision
    pipeline: Decimal  # their open deals, each amount × chance
    won: Decimal  # their won deals


NOTHING = (Decimal(0), Decimal(0))


def around_claims(claims: Sequence[ExpenseClaim]) -> dict[int, Sequence[Around]]:
    """By the claims' ids, customer by customer in the order of the items.

    Each claim itself is left out of its sums. Two queries, however many claims there are.
    """
    customers_of = {
        claim.id: dict.fromkeys(item.customer for item in claim.items if item.customer)
        for claim in claims
    }
    ids = {customer.id for customers in customers_of.values() for customer in customers}
    spent, sold = (_spent(ids), _sold(ids)) if ids else ({}, {})
    return {
        claim.id: [
            Around(
                customer,
                *_without_own(claim, customer, spent.get(customer.id, NOTHING)),
                *sold.get(customer.id, NOTHING),
            )
            for customer in customers_of[claim.id]
        ]
        for claim in claims
    }


def _spent(customer_ids: set[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """By customer: what was approved, and what is pending."""
    is_pending = ExpenseClaim.state == ClaimState.SUBMITTED
    rows = db.session.execute(
        select(
            ExpenseItem.customer_id,
            money_sum(case((is_pending, 0), else_=ExpenseItem.base_amount)),
            money_sum(case((is_pending, ExpenseItem.base_amount), else_=0)),
        )
        .join(ExpenseItem.claim)
        .where(ExpenseItem.counted(), ExpenseItem.customer_id.in_(customer_ids))
        .group_by(ExpenseItem.customer_id)
    )
    return {customer_id: (approved, pending) for customer_id, approved, pending in rows}


def _without_own(
    claim: ExpenseClaim, customer: Customer, spent: tuple[Decimal, Decimal]
) -> tuple[Decimal, Decimal]:
    """What was approved and what is pending on ``customer``, less what ``claim`` counts there."""
    approved, pending = spent
    own = sum((item.base_amount for item in claim.items if item.customer is customer), Decimal(0))
    if claim.state is ClaimState.SUBMITTED:
        return approved, pending - own
    if claim.state in {ClaimState.APPROVED, ClaimState.PAID}:
        return approved - own, pending
    return spent


def _sold(customer_ids: set[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """By customer: the weighted amount of open deals, and the amount of won ones."""
    rows = db.session.execute(
        select(
            Deal.customer_id,
            money_sum(case((Deal.closed_at.is_(None), Deal.base_amount * Deal.chance), else_=0)),
            money_sum(case((Outcome.kind == OutcomeKind.WON, Deal.base_amount), else_=0)),
        )
        .join(Deal.stage)
        .outerjoin(Deal.outcome)
        .where(Deal.customer_id.in_(customer_ids), Deal.trashed_at.is_(None))
        .group_by(Deal.customer_id)
    )
    return {customer_id: (cents_of(percents / 100), won) for customer_id, percents, won in rows}


def changes_between(previous: ApprovalRequest | None, request: ApprovalRequest) -> Sequence[str]:
    """What ``request`` asks otherwise than ``previous``, line by line in the reader's language."""
    if previous is None:
        return []
    before, now = previous.snapshot, request.snapshot
    lines = []
    if before["title"] != now["title"]:
        lines.append(_("Title: %(old)s → %(new)s", old=before["title"], new=now["title"]))
    if before["total"] != now["total"]:
        lines.append(
            _("Total: %(old)s → %(new)s", old=money(Decimal(before["total"])),
              new=money(Decimal(now["total"])))
        )  # fmt: skip
    gone, added = _without(before["items"], now["items"]), _without(now["items"], before["items"])
    names = _Names(gone + added)
    lines += [_("Removed: %(item)s", item=names.line(item)) for item in gone]
    lines += [_("Added: %(item)s", item=names.line(item)) for item in added]
    return lines


def _without(items: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``items`` less ``others``; an item that is there twice is taken off once for each."""
    left = list(others)
    remaining = []
    for item in items:
        if item in left:
            left.remove(item)
        else:
            remaining.append(item)
    return remaining


class _Names:
    """The names behind the ids in a snapshot's items."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self._categories = _by_id(Option, {item["category"] for item in items})
        self._customers = _by_id(Customer, {item["customer"] for item in items})

    def line(self, item: dict[str, Any]) -> str:
        """One item: category, amount, day, customer, purpose, receipts."""
        customer = self._customers.get(item["customer"])
        receipts = len(item["receipts"])
        parts = (
            label(self._categories.get(item["category"])),
            money(Decimal(item["amount"]), item["currency"]),
            day(date.fromisoformat(item["spent_on"])),
            customer.name if customer else "",
            item["purpose"],
            ngettext("%(num)d receipt", "%(num)d receipts", receipts),
        )
        return " · ".join(part for part in parts if part)


def _by_id(model: type[Any], ids: set[int | None]) -> dict[int | None, Any]:
    rows = db.session.scalars(select(model).where(model.id.in_(ids - {None})))
    return {row.id: row for row in rows}
