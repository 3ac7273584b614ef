"""Every mail as its reader would get it, made from the newest records that fit; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, make_response
from sqlalchemy import Select, func, select

from crm import mail
from crm.extensions import db
from crm.hypermedia import render
from crm.models import (
    Advance,
    Announcement,
    ApprovalAssignment,
    ApprovalComment,
    ClaimState,
    Company,
    Customer,
    DailyReportComment,
    ExpenseClaim,
    MailKind,
    Notification,
    Task,
    User,
)
from crm.models.pool import WARNED_BEFORE, PoolWarning
from crm.queries.daily_report import daily_report
from crm.queries.notifications import notices_of
from crm.queries.stagnation import morning_of
from crm.reported_days import ReportedDays, Stretch

bp = Blueprint("mails", __name__)

# A mail carries its styles with it; nothing else of it may act.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@bp.get("/dev/mail")
def index() -> Response:
    return render("dev/mails/index.html", kinds=list(MailKind))


@bp.get("/dev/mail/<kind>")
def show(kind: str) -> Response:
    response = make_response(sample(kind).html)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def sample(kind: str) -> mail.Letter:
    """The mail of this kind, made from the newest records that fit; 404 if there are none."""
    if kind not in SAMPLES:
        abort(404)
    letter = SAMPLES[MailKind(kind)]()
    if letter is None:
        abort(404)
    return letter


def _approval_requested() -> mail.Letter | None:
    assignment = _newest(_ASKED)
    return mail.approval_requested(assignment, "0" * 64) if assignment else None


def _approval_commented() -> mail.Letter | None:
    comment = _newest(select(ApprovalComment).order_by(ApprovalComment.id.desc()))
    return mail.approval_commented(comment, comment.request.claimant) if comment else None


def _approval_reminder() -> mail.Letter | None:
    assignment = _newest(_ASKED)
    if assignment is None:
        return None
    return mail.approval_requested(assignment, "0" * 64, kind=MailKind.APPROVAL_REMINDER)


def _request_decided() -> mail.Letter | None:
    assignment = _newest(_DECIDED)
    return mail.request_decided(assignment) if assignment else None


def _claim_paid() -> mail.Letter | None:
    claim = _newest(
        select(ExpenseClaim)
        .where(ExpenseClaim.state == ClaimState.PAID)
        .order_by(ExpenseClaim.payment_batch_id.desc())
    )
    return mail.claim_paid(claim) if claim else None


def _advance_paid() -> mail.Letter | None:
    advance = _newest(
        select(Advance)
        .where(Advance.payment_batch_id.is_not(None))
        .order_by(Advance.payment_batch_id.desc())
    )
    return mail.advance_paid(advance) if advance else None


def _decision_receipt() -> mail.Letter | None:
    assignment = _newest(_DECIDED)
    return mail.decision_receipt(assignment) if assignment else None


def _invitation() -> mail.Letter | None:
    user = _newest(select(User).order_by(User.id.desc()))
    return mail.invitation(user, user, "https://crm.example.com/set-password/…") if user else None


def _pool_warning() -> mail.Letter | None:
    owned = select(Customer).where(Customer.owner_id.is_not(None)).order_by(Customer.id.desc())
    day = Company.current().today() + WARNED_BEFORE
    found = db.session.scalars(owned.limit(3))
    warnings = [PoolWarning(customer_id=c.id, customer=c, returns_on=day) for c in found]
    return mail.pool_warning(warnings) if warnings else None


def _stuck_deals() -> mail.Letter | None:
    """That of who leads most people."""
    mornings = [morning_of(user) for user in db.session.scalars(User.active())]
    morning = max(mornings, key=lambda each: (len(each.team), each.total), default=None)
    return mail.stuck_deals(morning) if morning and morning.total else None


def _notifications() -> mail.Letter | None:
    """That of whom most was told."""
    told = select(Notification.reader_id).group_by(Notification.reader_id)
    reader = _newest(select(User).where(User.id == _most(told)))
    rows = db.session.scalars(Notification.visible_to(reader).limit(8)) if reader else ()
    notices = notices_of(rows)
    return mail.notifications(notices) if notices else None


def _task_reminder() -> mail.Letter | None:
    task = _newest(select(Task).where(Task.due_on.is_not(None)).order_by(Task.id.desc()))
    return mail.task_reminder(task, task.assignee) if task else None


def _most(chosen: Select[Any]) -> Any:
    return chosen.order_by(func.count().desc(), Notification.reader_id).limit(1).scalar_subquery()


def _daily_report() -> mail.Letter | None:
    """That of who sees most people, of today."""
    days = ReportedDays(Stretch.DAY, Company.current().today())
    reports = [daily_report(days, user) for user in db.session.scalars(User.active())]
    return mail.daily(max(reports, key=lambda each: len(each.rows))) if reports else None


def _daily_report_commented() -> mail.Letter | None:
    comment = _newest(select(DailyReportComment).order_by(DailyReportComment.id.desc()))
    return mail.daily_report_commented(comment) if comment else None


def _announced() -> mail.Letter | None:
    announcement = _newest(select(Announcement).order_by(Announcement.id.desc()))
    return mail.announced(announcement) if announcement else None


def _newest(chosen: Select[Any]) -> Any:
    return db.session.scalar(chosen.limit(1))


_ASKED = (
    select(ApprovalAssignment)
    .where(ApprovalAssignment.asked_at.is_not(None))
    .order_by(ApprovalAssignment.id.desc())
)
_DECIDED = (
    select(ApprovalAssignment)
    .where(ApprovalAssignment.decided_at.is_not(None))
    .order_by(ApprovalAssignment.decided_at.desc())
)

SAMPLES: dict[MailKind, Callable[[], mail.Letter | None]] = {
    MailKind.ADVANCE_PAID: _advance_paid,
    MailKind.ANNOUNCED: _announced,
    MailKind.APPROVAL_COMMENTED: _approval_commented,
    MailKind.APPROVAL_REMINDER: _approval_reminder,
    MailKind.APPROVAL_REQUESTED: _approval_requested,
    MailKind.CLAIM_PAID: _claim_paid,
    MailKind.DECISION_RECEIPT: _decision_receipt,
    MailKind.INVITATION: _invitation,
    MailKind.NOTIFICATIONS: _notifications,
    MailKind.POOL_WARNING: _pool_warning,
    MailKind.REQUEST_DECIDED: _request_decided,
    MailKind.DAILY_REPORT: _daily_report,
    MailKind.DAILY_REPORT_COMMENTED: _daily_report_commented,
    MailKind.STUCK_DEALS: _stuck_deals,
    MailKind.TASK_REMINDER: _task_reminder,
}
