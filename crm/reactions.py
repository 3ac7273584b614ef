"""When this happened, do that: the one table of consequences.

A reaction runs in the worker, in the transaction that also marks its event as done: it happens
once or, after a crash, again from the beginning. It therefore writes rows and does nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from crm.extensions import db
from crm.models import (
    Action,
    Advance,
    ApprovalAssignment,
    ApprovalComment,
    ApprovalRequest,
    Event,
    ExpenseClaim,
    MailKind,
    OutgoingMail,
)
from crm.models.approval import Closure


def tell_claimant_of_decision(event: Event) -> None:
    """The request is at its end: by the decision that came last, unless it was taken back."""
    request = db.session.get_one(ApprovalRequest, event.subject_id)
    if request.closure is not Closure.WITHDRAWN:
        decided = max(
            (each for each in request.assignments if each.decided_at),
            key=lambda each: (each.decided_at, each.position),
        )
        OutgoingMail.enqueue(MailKind.REQUEST_DECIDED, request.claimant, assignment=decided.id)


def tell_of_comment(event: Event) -> None:
    comment = db.session.get_one(ApprovalComment, event.particulars["comment"])
    for person in comment.concerns:
        OutgoingMail.enqueue(MailKind.APPROVAL_COMMENTED, person, comment=comment.id)


def send_receipt_to_approver(event: Event) -> None:
    decided = db.session.get_one(ApprovalAssignment, event.particulars["assignment"])
    OutgoingMail.enqueue(MailKind.DECISION_RECEIPT, decided.approver, assignment=decided.id)


def tell_claimant_of_payment(event: Event) -> None:
    claim = db.session.get_one(ExpenseClaim, event.subject_id)
    OutgoingMail.enqueue(MailKind.CLAIM_PAID, claim.claimant, claim=claim.id)


def tell_claimant_of_advance(event: Event) -> None:
    advance = db.session.get_one(Advance, event.subject_id)
    OutgoingMail.enqueue(MailKind.ADVANCE_PAID, advance.claimant, advance=advance.id)


REACTIONS: dict[Action, tuple[Callable[[Event], None], ...]] = {
    Action.ADVANCE_PAID: (tell_claimant_of_advance,),
    Action.APPROVAL_COMMENTED: (tell_of_comment,),
    Action.APPROVAL_DECIDED: (send_receipt_to_approver,),
    Action.APPROVAL_CLOSED: (tell_claimant_of_decision,),
    Action.CLAIM_PAID: (tell_claimant_of_payment,),
}
