"""The money around a document: what its customers and deals cost before, and bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.models import (
    ClaimState,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
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


@dataclass(frozen=True)
class AroundDeal:
    """One deal of a claim, with what it cost before; amounts as in ``Around``."""

    deal: Deal
    approved: Decimal
    pending: Decimal

    @property
    def weighted(self) -> Decimal:
        """What it is worth by its chance."""
        return cents_of((self.deal.base_amount or 0) * Decimal(self.deal.chance) / 100)


NOTHING = (Decimal(0), Decimal(0))
Own = Callable[[int, Any], tuple[Decimal, Decimal]]


def around_claims(claims: Sequence[ExpenseClaim]) -> dict[int, Sequence[Around]]:
    """By the claims' ids, customer by customer in the order of the items.

    Each claim itself is left out of its sums. Two queries, however many claims there are.
    """
    return customers_around({c.id: _named_in(c, "customer") for c in claims}, _own_of(claims))


def deals_around_claims(claims: Sequence[ExpenseClaim]) -> dict[int, Sequence[AroundDeal]]:
    """The same deal by deal, with their stages: two queries more."""
    return deals_around({claim.id: _named_in(claim, "deal") for claim in claims}, _own_of(claims))


def customers_around(
    named: Mapping[int, Sequence[Customer]], own: Own = lambda _id, _record: NOTHING
) -> dict[int, Sequence[Around]]:
    """The customers that documents name, by the documents' ids.

    :param own: what a document itself counts at a record: approved, and pending.
    """
    ids = {customer.id for customers in named.values() for customer in customers}
    spent, sold = (_spent(ExpenseItem.customer_id, ids), _sold(ids)) if ids else ({}, {})
    return {
        id: [
            Around(
                customer,
                *_less(spent.get(customer.id, NOTHING), own(id, customer)),
                *sold.get(customer.id, NOTHING),
            )
            for customer in customers
        ]
        for id, customers in named.items()
    }


def deals_around(
    named: Mapping[int, Sequence[Deal]], own: Own = lambda _id, _record: NOTHING
) -> dict[int, Sequence[AroundDeal]]:
    """The deals that documents name, with their stages."""
    ids = {deal.id for deals in named.values() for deal in deals}
    spent = _spent(ExpenseItem.deal_id, ids) if ids else {}
    if ids:  # those that are named already learn their stage and outcome
        chosen = select(Deal).where(Deal.id.in_(ids))
        db.session.scalars(chosen.options(joinedload(Deal.stage), joinedload(Deal.outcome))).all()
    return {
        id: [AroundDeal(deal, *_less(spent.get(deal.id, NOTHING), own(id, deal))) for deal in deals]
        for id, deals in named.items()
    }


def _named_in(claim: ExpenseClaim, what: str) -> list[Any]:
    """The claim's customers, or its deals, in the order of its items."""
    named = (getattr(item, what) for item in claim.items)
    return list(dict.fromkeys(record for record in named if record is not None))


def _spent(
    column: InstrumentedAttribute[int | None], ids: set[int]
) -> dict[int, tuple[Decimal, Decimal]]:
    """By customer or deal: what was approved, and what is pending."""
    rows = db.session.execute(
        select(column, *ExpenseItem.approved_and_pending())
        .join(ExpenseItem.claim)
        .where(ExpenseItem.counted(), column.in_(ids))
        .group_by(column)
    )
    return {id: (approved, pending) for id, approved, pending in rows}


def _own_of(claims: Sequence[ExpenseClaim]) -> Own:
    """What each of these claims counts at a customer or a deal: it is in the sums, too."""
    by_id = {claim.id: claim for claim in claims}

    def own(claim_id: int, record: Customer | Deal) -> tuple[Decimal, Decimal]:
        claim = by_id[claim_id]
        items = [item for item in claim.items if record in (item.customer, item.deal)]
        amount = sum((item.base_amount for item in items), Decimal(0))
        if claim.state is ClaimState.SUBMITTED:
            return Decimal(0), amount
        if claim.state in {ClaimState.APPROVED, ClaimState.PAID}:
            return amount, Decimal(0)
        return NOTHING

    return own


def _less(sums: tuple[Decimal, Decimal], own: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    return sums[0] - own[0], sums[1] - own[1]


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
