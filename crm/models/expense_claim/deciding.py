"""A claim's way from the draft to the payment."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped

from crm import clock
from crm.extensions import db
from crm.models.approval import ApprovalRequest
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.expense_claim.states import ClaimRefused, ClaimState

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.user import User


class Deciding:
    """The part of a claim that is handed in, decided and paid."""

    if TYPE_CHECKING:
        paid_at: Mapped[datetime | None]
        paid_by: Mapped[User | None]

    def submit(self: ExpenseClaim, *, by: User) -> ApprovalRequest:
        """Ask the claimant's superior to decide; submitting a submitted claim changes nothing.

        :raises ClaimRefused: ``empty``, ``zero``, ``nobody`` can decide, or ``state``.
        """
        pending = self.request
        if self.state is ClaimState.SUBMITTED and pending is not None:
            return pending
        self._require_editable()
        if not self.items:
            raise ClaimRefused("empty")
        if self.base_amount <= 0:
            raise ClaimRefused("zero")
        approver = ApprovalRequest.approver_for(self.claimant)
        if approver is None:
            raise ClaimRefused("nobody")
        self.state = ClaimState.SUBMITTED
        db.session.flush()  # the request is bound to the version that this change makes
        request = ApprovalRequest.open(self, approver)
        Event.record(
            Action.CLAIM_SUBMITTED, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, approver=approver.name,
        )  # fmt: skip
        return request

    def withdraw(self: ExpenseClaim, *, by: User) -> None:
        """Take a submitted claim back to correct it; its links stop working.

        :raises ClaimRefused: it is decided already.
        """
        if self.state is ClaimState.DRAFT:
            return
        request = self.request
        if self.state is not ClaimState.SUBMITTED or request is None:
            raise ClaimRefused("state")
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

    def pay(self: ExpenseClaim, reference: str | None, *, by: User) -> None:
        """Mark as paid; paying a paid claim changes nothing.

        :raises ClaimRefused: it is not approved, or it is not what was approved.
        """
        if self.state is ClaimState.PAID:
            return
        request = self.request
        if self.state is not ClaimState.APPROVED or request is None:
            raise ClaimRefused("state")
        if request.content_hash != self.content_hash():
            raise ClaimRefused("changed")
        self.state = ClaimState.PAID
        self.paid_at, self.paid_by, self.payment_reference = clock.now(), by, reference
        Event.record(
            Action.CLAIM_PAID, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, reference=reference or "",
        )  # fmt: skip

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

    def content_hash(self: ExpenseClaim) -> str:
        """SHA-256 of the snapshot: two claims with one hash ask for the same thing."""
        text = json.dumps(self.snapshot(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _record_decision(
        self: ExpenseClaim, action: Action, by: User, comment: str | None, by_link: bool
    ) -> None:
        Event.record(
            action, self, by=by, amount=str(self.base_amount),
            currency=Company.current().base_currency, comment=comment or "", by_link=by_link,
        )  # fmt: skip
