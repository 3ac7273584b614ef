"""When this happened, do that: the one table of consequences.

A reaction runs in the worker, in the transaction that also marks its event as done: it happens
once or, after a crash, again from the beginning. It therefore writes rows and does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from crm.extensions import db
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalRequest,
    Event,
    ExpenseClaim,
    MailKind,
    OutgoingMail,
)


def tell_claimant_of_decision(event: Event) -> None:
    decided = _decided_at(event)
    OutgoingMail.enqueue(MailKind.CLAIM_DECIDED, decided.request.claimant, assignment=decided.id)


def send_receipt_to_approver(event: Event) -> None:
    decided = _decided_at(event)
    OutgoingMail.enqueue(MailKind.DECISION_RECEIPT, decided.approver, assignment=decided.id)


def tell_claimant_of_payment(event: Event) -> None:
    claim = db.session.get_one(ExpenseClaim, event.subject_id)
    OutgoingMail.enqueue(MailKind.CLAIM_PAID, claim.claimant, claim=claim.id)


def _decided_at(event: Event) -> ApprovalAssignment:
    """The decision that ``event`` tells of; the claim may have been submitted again since."""
    return db.session.scalars(
        select(ApprovalAssignment)
        .join(ApprovalAssignment.request)
        .where(
            ApprovalRequest.document_kind == event.subject_kind,
            ApprovalRequest.document_id == event.subject_id,
            ApprovalAssignment.approver_id == event.by_id,
            ApprovalAssignment.decided_at <= event.at,
        )
        .order_by(ApprovalAssignment.decided_at.desc(), ApprovalAssignment.id.desc())
        .limit(1)
    ).one()


REACTIONS: dict[Action, tuple[Callable[[Event], None], ...]] = {
    Action.CLAIM_APPROVED: (tell_claimant_of_decision, send_receipt_to_approver),
    Action.CLAIM_REJECTED: (tell_claimant_of_decision, send_receipt_to_approver),
    Action.CLAIM_PAID: (tell_claimant_of_payment,),
}
