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
    Notification,
    NotificationKind,
    OutgoingMail,
)
from crm.models.approval import Closure

# How much of a comment stands in a notification.
SHOWN = 200


def tell_claimant_of_decision(event: Event) -> None:
    """The request is at its end: by the decision that came last, unless it was taken back."""
    request = db.session.get_one(ApprovalRequest, event.subject_id)
    if request.closure is not Closure.WITHDRAWN:
        decided = max(
            (each for each in request.assignments if each.decided_at),
            key=lambda each: (each.decided_at, each.position),
        )
        Notification.tell(
            request.claimant, NotificationKind.REQUEST_DECIDED, request.document,
            cause=f"event {event.id}", by=decided.approver, assignment=decided.id,
            decision=decided.decision,
        )  # fmt: skip


def tell_of_comment(event: Event) -> None:
    comment = db.session.get_one(ApprovalComment, event.particulars["comment"])
    request = comment.request
    for person in comment.concerns:
        asked = [each for each in request.assignments if each.approver is person and each.asked_at]
        Notification.tell(
            person, NotificationKind.APPROVAL_COMMENTED, asked[-1] if asked else request.document,
            event=event, comment=comment.id, text=comment.text[:SHOWN],
        )  # fmt: skip


def send_receipt_to_approver(event: Event) -> None:
    decided = db.session.get_one(ApprovalAssignment, event.particulars["assignment"])
    asked = (NotificationKind.APPROVAL_REQUESTED, NotificationKind.APPROVAL_REMINDER)
    Notification.settle(decided, asked)
    OutgoingMail.enqueue(MailKind.DECISION_RECEIPT, decided.approver, assignment=decided.id)


def tell_claimant_of_payment(event: Event) -> None:
    claim = db.session.get_one(ExpenseClaim, event.subject_id)
    Notification.tell(
        claim.claimant, NotificationKind.CLAIM_PAID, claim, event=event, claim=claim.id
    )


def tell_claimant_of_advance(event: Event) -> None:
    advance = db.session.get_one(Advance, event.subject_id)
    Notification.tell(
        advance.claimant, NotificationKind.ADVANCE_PAID, advance, event=event, advance=advance.id
    )


REACTIONS: dict[Action, tuple[Callable[[Event], None], ...]] = {
    Action.ADVANCE_PAID: (tell_claimant_of_advance,),
    Action.APPROVAL_COMMENTED: (tell_of_comment,),
    Action.APPROVAL_DECIDED: (send_receipt_to_approver,),
    Action.APPROVAL_CLOSED: (tell_claimant_of_decision,),
    Action.CLAIM_PAID: (tell_claimant_of_payment,),
}
