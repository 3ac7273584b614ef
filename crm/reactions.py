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
    Announcement,
    ApprovalAssignment,
    ApprovalComment,
    ApprovalRequest,
    Customer,
    DailyReportComment,
    Deal,
    Event,
    ExpenseClaim,
    MailKind,
    Notification,
    NotificationKind,
    OutgoingMail,
    Ownership,
    Task,
    User,
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


def tell_of_daily_report_comment(event: Event) -> None:
    comment = db.session.get_one(DailyReportComment, event.subject_id)
    for person in comment.concerns:
        Notification.tell(
            person, NotificationKind.DAILY_REPORT_COMMENTED, comment, event=event,
            comment=comment.id, text=comment.text[:SHOWN],
        )  # fmt: skip


def tell_of_announcement(event: Event) -> None:
    """Those who have not read it, unless it is down by now: of a change that need not be read
    again those alone who were not told before, since it was not for them."""
    announcement = db.session.get_one(Announcement, event.subject_id)
    if not announcement.is_pinned:
        return
    is_change = event.action is Action.ANNOUNCEMENT_CHANGED and not event.particulars["again"]
    knowing = Notification.readers_told_of(announcement) if is_change else set()
    for reader in db.session.scalars(announcement.waiting):
        if reader.id not in knowing:
            Notification.tell(
                reader, NotificationKind.ANNOUNCED, announcement, event=event,
                announcement=announcement.id,
                again=event.action is not Action.ANNOUNCEMENT_MADE and not is_change,
            )  # fmt: skip


def send_receipt_to_approver(event: Event) -> None:
    decided = db.session.get_one(ApprovalAssignment, event.particulars["assignment"])
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


def tell_new_owner_of_customer(event: Event) -> None:
    """Who has a customer now, where this gave it to them."""
    customer = db.session.get(Customer, event.subject_id)
    if customer is None or not _gives(event):
        return
    if customer.owner is not None:
        Notification.tell(customer.owner, NotificationKind.CUSTOMER_GIVEN, customer, event=event)


def tell_helpers_at_customer(event: Event) -> None:
    """Who is to help now."""
    customer = db.session.get(Customer, event.subject_id)
    for helper in customer.collaborators if customer else ():
        if _began_to_help(event, helper):
            Notification.tell(helper, NotificationKind.CUSTOMER_SHARED, customer, event=event)


def tell_who_lost_customer(event: Event) -> None:
    """To whom it belonged before it went to the pool."""
    customer = db.session.get(Customer, event.subject_id)
    last = db.session.scalar(Ownership.of(customer).limit(1)) if customer else None
    if last is not None and last.ended_at is not None:
        Notification.tell(last.owner, NotificationKind.CUSTOMER_RELEASED, customer, event=event)


def tell_new_owner_of_deal(event: Event) -> None:
    """Who has a deal now, where this gave it to them."""
    deal = db.session.get(Deal, event.subject_id)
    if deal is not None and _gives(event):
        Notification.tell(deal.owner, NotificationKind.DEAL_GIVEN, deal, event=event)


def tell_helpers_at_deal(event: Event) -> None:
    """Who is to help now."""
    deal = db.session.get(Deal, event.subject_id)
    for part in deal.sharing if deal else ():
        if _began_to_help(event, part.user):
            Notification.tell(part.user, NotificationKind.DEAL_SHARED, deal, event=event)


def tell_who_is_to_do_it(event: Event) -> None:
    """Who has a task now, where this gave it to them; not where it came again by itself."""
    task = db.session.get(Task, event.subject_id)
    if task is None or (event.action is Action.TASK_CREATED and task.follows_another):
        return
    if _gives(event, "assignee"):
        said = {"text": text} if (text := event.particulars.get("comment")) else {}
        Notification.tell(task.assignee, NotificationKind.TASK_GIVEN, task, event=event, **said)


def tell_who_takes_part(event: Event) -> None:
    """Who is to take part since then; of what comes again, in the first one alone."""
    task = db.session.get(Task, event.subject_id)
    if task is None or (event.action is Action.TASK_CREATED and task.follows_another):
        return
    before, _after = event.particulars.get("changes", {}).get("participants", ("", ""))
    known = before.split(", ")
    if event.action is Action.TASK_CREATED or "participants" in event.particulars["changes"]:
        for person in task.participants:
            if person.name not in known:
                Notification.tell(person, NotificationKind.TASK_SHARED, task, event=event)


def place_reminders_by_other_clocks(event: Event) -> None:
    """Reminders that are still to come, where the clock that they go by is another one now."""
    if "timezone" not in event.particulars["changes"]:
        return
    concerned = Task.with_reminders_to_come()
    if event.subject_kind == User.__tablename__:  # the clock of what has no time of its own
        concerned = concerned.where(Task.assignee_id == event.subject_id, Task.due_time.is_(None))
    for task in db.session.scalars(concerned):
        task.place_reminders()


def tell_who_gave_the_task(event: Event) -> None:
    """Who wrote down what is done now, unless it was not done after all."""
    task = db.session.get(Task, event.subject_id)
    if task is not None and task.is_done:
        Notification.tell(task.created_by, NotificationKind.TASK_DONE, task, event=event)


def _gives(event: Event, field: str = "owner") -> bool:
    """Whether it made the record or gave it to somebody, and nothing that came after it did."""
    if not _names(event, field):
        return False
    after = Event.about(event.subject_kind, event.subject_id).where(Event.id > event.id)
    return not any(_names(each, field) for each in db.session.scalars(after))


def _names(event: Event, field: str) -> bool:
    if event.action in {Action.CUSTOMER_CREATED, Action.DEAL_CREATED, Action.TASK_CREATED}:
        return True
    return event.action is Action.DEAL_GIVEN or field in event.particulars.get("changes", ())


def _began_to_help(event: Event, helper: User) -> bool:
    """Whether ``helper`` helps since then, with whatever part."""
    old, new = event.particulars["changes"].get("collaborators", ("", ""))

    def helped(text: str) -> bool:
        return any(f"{each} ".startswith(f"{helper.name} ") for each in text.split("; "))

    return helped(new) and not helped(old)


REACTIONS: dict[Action, tuple[Callable[[Event], None], ...]] = {
    Action.ADVANCE_PAID: (tell_claimant_of_advance,),
    Action.ANNOUNCEMENT_MADE: (tell_of_announcement,),
    Action.ANNOUNCEMENT_CHANGED: (tell_of_announcement,),
    Action.ANNOUNCEMENT_REMINDED: (tell_of_announcement,),
    Action.APPROVAL_COMMENTED: (tell_of_comment,),
    Action.APPROVAL_DECIDED: (send_receipt_to_approver,),
    Action.APPROVAL_CLOSED: (tell_claimant_of_decision,),
    Action.DAILY_REPORT_COMMENTED: (tell_of_daily_report_comment,),
    Action.CLAIM_PAID: (tell_claimant_of_payment,),
    Action.COMPANY_CHANGED: (place_reminders_by_other_clocks,),
    Action.USER_CHANGED: (place_reminders_by_other_clocks,),
    Action.CUSTOMER_CREATED: (tell_new_owner_of_customer,),
    Action.CUSTOMER_CHANGED: (tell_new_owner_of_customer, tell_helpers_at_customer),
    Action.CUSTOMER_RELEASED: (tell_who_lost_customer,),
    Action.DEAL_CREATED: (tell_new_owner_of_deal,),
    Action.DEAL_CHANGED: (tell_new_owner_of_deal, tell_helpers_at_deal),
    Action.DEAL_GIVEN: (tell_new_owner_of_deal,),
    Action.TASK_CREATED: (tell_who_is_to_do_it, tell_who_takes_part),
    Action.TASK_CHANGED: (tell_who_is_to_do_it, tell_who_takes_part),
    Action.TASK_COMPLETED: (tell_who_gave_the_task,),
}
