"""A claim's way from the draft to the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm.extensions import db
from crm.models.approval import ApprovalRequest, NobodyDecides
from crm.models.budget.using import Spending, hold_budgets
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.expense_claim.checking import require_allowed
from crm.models.expense_claim.facts import facts_of
from crm.models.expense_claim.states import ClaimRefused, ClaimState

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User


class Deciding:
    """The part of a claim that is handed in and decided."""

    def submit(self: ExpenseClaim, *, by: User) -> ApprovalRequest:
        """Ask for approval, as the flow for it says; submitting a submitted claim changes nothing.

        :raises ClaimRefused: ``empty``, ``zero``, ``nobody`` can decide, ``rules``, ``state``, or
            the books are ``closed`` for one of its items.
        """
        pending = self.request
        if self.state is ClaimState.SUBMITTED and pending is not None:
            return pending
        self._require_editable(*self.items)
        if not self.items:
            raise ClaimRefused("empty")
        if self.base_amount <= 0:
            raise ClaimRefused("zero")
        require_allowed(self)
        hold_budgets(Spending.of(self))
        self.state = ClaimState.SUBMITTED
        db.session.flush()  # the request is bound to the version that this change makes
        try:
            request = ApprovalRequest.open(self)
        except NobodyDecides:
            raise ClaimRefused("nobody") from None
        Event.record(
            Action.CLAIM_SUBMITTED, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency,
            approver=", ".join(each.approver.name for each in request.asked),
        )  # fmt: skip
        return request

    def withdraw(self: ExpenseClaim, *, by: User) -> None:
        """Take a submitted claim back to correct it; its links stop working.

        :raises ClaimRefused: it is decided already, or the books are ``closed`` for one of its
            items, which would count no more.
        """
        if self.state is ClaimState.DRAFT:
            return
        request = self.request
        if self.state is not ClaimState.SUBMITTED or request is None:
            raise ClaimRefused("state")
        self._require_open_books(self.items)
        request.withdraw()
        self.state = ClaimState.DRAFT
        Event.record(Action.CLAIM_WITHDRAWN, self, by=by)

    def accept(self: ExpenseClaim, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the request is approved."""
        self.state = ClaimState.APPROVED
        self._record_decision(Action.CLAIM_APPROVED, by, comment, by_link)

    def decline(self: ExpenseClaim, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the request is rejected."""
        self.state = ClaimState.REJECTED
        self._record_decision(Action.CLAIM_REJECTED, by, comment, by_link)

    def give_back(self: ExpenseClaim, *, by: User, comment: str | None, by_link: bool) -> None:
        """What the approval engine calls when the request is returned for correction."""
        self.state = ClaimState.RETURNED
        self._record_decision(Action.CLAIM_RETURNED, by, comment, by_link)

    def snapshot(self: ExpenseClaim) -> dict[str, Any]:
        """What an approver decides about, as plain values in a fixed order.

        Items and receipts must have their ids: they are in the order in which they are read.
        """
        items = sorted(self.items, key=lambda item: (item.spent_on, item.id))
        return {
            "title": self.title,
            "claimant": self.claimant_id,
            "total": str(self.base_amount),
            "items": [item.snapshot() for item in items],
        }

    def facts(self: ExpenseClaim) -> dict[str, Any]:
        """What conditions of approval flows compare (``expense_claim/facts.py``)."""
        return facts_of(self)

    def _record_decision(
        self: ExpenseClaim, action: Action, by: User, comment: str | None, by_link: bool
    ) -> None:
        Event.record(
            action, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, comment=comment or "", by_link=by_link,
        )  # fmt: skip
