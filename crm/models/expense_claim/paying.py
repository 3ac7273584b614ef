"""Approved claims are paid: one by itself, or several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from crm.extensions import db
from crm.models.advance import AdvanceState
from crm.models.advance.settling import Share, set_off, shares_of
from crm.models.approval import ApprovalRequest
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.expense_claim.states import ClaimRefused, ClaimState
from crm.models.payment_batch import PaymentBatch, Payout

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User


class Paying:
    """The part of a claim that is paid; what was paid never changes again."""

    @property
    def to_pay(self: ExpenseClaim) -> Decimal:
        """What the claimant gets for it, in the base currency: less what advances cover."""
        return self.base_amount - sum((each.amount for each in self.settlements), Decimal(0))

    @property
    def told_state(self: ExpenseClaim) -> ClaimState | AdvanceState:
        """Its state as people are told it: what advances cover whole is settled, not paid out."""
        is_settled = self.state is ClaimState.PAID and self.settlements and not self.to_pay
        return AdvanceState.SETTLED if is_settled else self.state

    def pay(
        self: ExpenseClaim, reference: str | None, *, by: User, paid_on: date | None = None
    ) -> None:
        """Mark it as paid by itself; paying a paid claim changes nothing.

        :raises ClaimRefused: as ``Proposal.pay`` says.
        """
        if self.state is not ClaimState.PAID:
            Proposal([self], by, holds=True).pay(reference, paid_on=paid_on)


@dataclass(frozen=True)
class Proposal:
    """Claims that ``by`` is about to pay together: all of them or none."""

    claims: Sequence[ExpenseClaim]
    by: User
    # Whether others who pay wait: what is proposed is what will be paid.
    holds: bool = False

    @cached_property
    def obstacles(self) -> dict[ExpenseClaim, str]:
        """The claims that are in the way, and why: a word that the pages explain."""
        reasons = {claim: self._obstacle(claim) for claim in self.claims}
        return {claim: reason for claim, reason in reasons.items() if reason}

    @cached_property
    def shares(self) -> Sequence[Share]:
        """What is not paid out, because it accounts for advances."""
        return shares_of(self.claims, hold=self.holds)

    @cached_property
    def payouts(self) -> Sequence[Payout]:
        """Who gets what, and on which account."""
        return Payout.of(self.claims, self.shares)

    @property
    def total(self) -> Decimal:
        """What everybody together gets, in the base currency."""
        return sum((payout.amount for payout in self.payouts), Decimal(0))

    def papers_of(self, payee: User) -> list[ExpenseClaim]:
        """Those of one person."""
        return [claim for claim in self.claims if claim.claimant_id == payee.id]

    @property
    def without_receipts(self) -> dict[ExpenseClaim, int]:
        """Of how many costs finance has no paper, by claim."""
        counts = {claim: len(claim.items_without_receipt) for claim in self.claims}
        return {claim: count for claim, count in counts.items() if count}

    @property
    def of_closed_days(self) -> list[ExpenseClaim]:
        """Those with a cost of a day for which the books are closed."""
        closed = Company.current().is_closed
        return [
            claim for claim in self.claims if any(closed(item.spent_on) for item in claim.items)
        ]

    def pay(self, reference: str | None, *, paid_on: date | None = None) -> PaymentBatch:
        """Mark all of them as paid, or none.

        :param paid_on: the day of the payment; default: today.
        :raises ClaimRefused: there are ``obstacles``, or the books are ``closed`` for the day.
        """
        company = Company.with_books_held()
        paid_on = paid_on or company.today()
        if company.is_closed(paid_on):
            raise ClaimRefused("closed")
        for reason in self.obstacles.values():
            raise ClaimRefused(reason)
        batch = PaymentBatch(
            paid_on=paid_on, reference=reference, by=self.by, total=self.total,
            payouts=list(self.payouts),
        )  # fmt: skip
        db.session.add(batch)
        set_off(self.shares, by=self.by, on=paid_on)
        db.session.flush()  # once a claim is paid, nothing comes to it or to its payment
        for claim in self.claims:
            claim.state, claim.payment = ClaimState.PAID, batch
            Event.record(
                Action.CLAIM_PAID, claim, by=self.by, amount=str(claim.base_amount),
                currency=company.base_currency, reference=reference or "",
                covered=str(self._covered(claim)),
            )  # fmt: skip
        return batch

    def _covered(self, claim: ExpenseClaim) -> Decimal:
        return sum((each.amount for each in self.shares if each.claim is claim), Decimal(0))

    def _obstacle(self, claim: ExpenseClaim) -> str | None:
        if claim.state is ClaimState.PAID:
            return "paid"
        approved = self._approved.get(claim.id)
        if claim.state is not ClaimState.APPROVED or approved is None or claim.is_trashed:
            return "not approved"
        if approved != claim.content_hash():
            return "changed"
        return "own" if claim.claimant_id == self.by.id else None

    @cached_property
    def _approved(self) -> dict[int, str]:
        """The hash of what was decided about last, by the claim's id: one query."""
        ids = [claim.id for claim in self.claims]
        kind = self.claims[0].KIND if self.claims else ""
        rows = db.session.execute(
            select(ApprovalRequest.document_id, ApprovalRequest.content_hash)
            .where(ApprovalRequest.document_kind == kind, ApprovalRequest.document_id.in_(ids))
            .order_by(ApprovalRequest.id)
        )
        return dict(rows.all())  # of each, the last one stays
