"""The mails: one function each, from records to subject, text and HTML in the reader's language.

They are made from the records as they are at the moment of sending, by the worker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from operator import attrgetter
from typing import NamedTuple

import flask_babel
from flask import g, render_template
from flask_babel import gettext
from flask_mail import Message

from crm import clock, postman
from crm.extensions import db
from crm.formatting import reported_days
from crm.links import link, one_time_address
from crm.models import (
    Advance,
    Announcement,
    ApprovalAssignment,
    ApprovalComment,
    ApprovalRequest,
    ApprovalToken,
    Company,
    DailyReportComment,
    ExpenseClaim,
    MailKind,
    OutgoingMail,
    Task,
    TaskReminder,
    User,
)
from crm.models.approval import DOCUMENTS, LINK_LIVES, link_alone_decides
from crm.models.pool import PoolWarning
from crm.models.session import ONE_TIME_LIVES, LinkPurpose
from crm.nouns import page_of
from crm.queries.approvals.course import course_of
from crm.queries.approvals.facts import facts_of
from crm.queries.daily_report import DailyReport, daily_report
from crm.queries.notifications import is_settled, told_by
from crm.queries.silence import warnings_of
from crm.queries.stagnation import Morning, morning_of
from crm.reported_days import ReportedDays, Stretch
from crm.sentences.notifications import Notice
from crm.wording import person_word

# What ``OutgoingMail.delivery`` says of a mail that was not sent.
OBSOLETE, NO_ADDRESS = "obsolete", "no address"

# How long a link to set a password works.
HOURS = int(ONE_TIME_LIVES.total_seconds() // 3600)

# How many notifications a mail names; the others are one link away.
SHOWN = 30

# Of how many reps the mail about a day tells; the report tells of all.
MOST_REPS = 60

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


class Obsolete(Exception):
    """What the mail is about has been settled meanwhile: nobody needs it any more."""


class Letter(NamedTuple):
    """A mail without its envelope."""

    subject: str
    text: str
    html: str


def send(mail: OutgoingMail) -> str:
    """Make ``mail`` and hand it over; returns what to note as its delivery.

    Commits before it connects: a link must be valid before it leaves, and no transaction is open
    while a mail server takes its time.

    :raises crm.postman.Undelivered: it was not accepted.
    """
    reader = mail.to
    if not reader.is_active:
        return OBSOLETE
    if not reader.email:
        return NO_ADDRESS
    try:
        with written_for(reader):
            letter = compose(mail)
    except Obsolete:
        return OBSOLETE
    message = Message(
        letter.subject, recipients=[(reader.name, reader.email)], body=letter.text,
        html=letter.html, date=clock.now().timestamp(), extra_headers=HEADERS,
    )  # fmt: skip
    message.msgId = mail.message_id
    db.session.commit()
    return postman.deliver(message)


def compose(mail: OutgoingMail) -> Letter:
    """The letter that an outbox row stands for.

    :raises Obsolete: it is no longer needed.
    """
    if mail.kind is MailKind.NOTIFICATIONS:
        if not (notices := told_by(mail)):
            raise Obsolete
        return notifications(notices, links_to=_link_that_decides)
    if is_settled(mail):
        raise Obsolete
    if mail.kind is MailKind.APPROVAL_COMMENTED:
        comment = db.session.get_one(ApprovalComment, mail.particulars["comment"])
        return approval_commented(comment, mail.to)
    if mail.kind is MailKind.ADVANCE_PAID:
        return advance_paid(db.session.get_one(Advance, mail.particulars["advance"]))
    if mail.kind is MailKind.CLAIM_PAID:
        return claim_paid(db.session.get_one(ExpenseClaim, mail.particulars["claim"]))
    if mail.kind is MailKind.DAILY_REPORT:
        day = date.fromordinal(mail.particulars["day"])
        report = daily_report(ReportedDays(Stretch.DAY, day), mail.to)
        if not report.rows:
            raise Obsolete
        return daily(report)
    if mail.kind is MailKind.DAILY_REPORT_COMMENTED:
        return daily_report_commented(
            db.session.get_one(DailyReportComment, mail.particulars["comment"])
        )
    if mail.kind is MailKind.ANNOUNCED:
        announcement = db.session.get_one(Announcement, mail.particulars["announcement"])
        if not announcement.is_pinned:
            raise Obsolete
        return announced(announcement)
    if mail.kind is MailKind.INVITATION:
        address = one_time_address(LinkPurpose.SET_PASSWORD, mail.to)
        return invitation(mail.to, db.session.get_one(User, mail.particulars["by"]), address)
    if mail.kind is MailKind.POOL_WARNING:
        warnings = warnings_of(mail.to, date.fromordinal(mail.particulars["day"]))
        if not warnings:
            raise Obsolete
        return pool_warning(warnings)
    if mail.kind is MailKind.STUCK_DEALS:
        # That of another day is too late: this morning's mail says the same as it is now.
        is_late = mail.particulars["day"] != Company.current().today().toordinal()
        morning = morning_of(mail.to)
        if is_late or not morning.total:
            raise Obsolete
        return stuck_deals(morning)
    if mail.kind is MailKind.TASK_REMINDER:
        reminder = db.session.get(TaskReminder, mail.particulars["reminder"])
        if reminder is None or not reminder.concerns(mail.to):
            raise Obsolete
        return task_reminder(reminder.task, mail.to)
    assignment = db.session.get_one(ApprovalAssignment, mail.particulars["assignment"])
    if mail.kind is MailKind.REQUEST_DECIDED:
        return request_decided(assignment)
    if mail.kind is MailKind.DECISION_RECEIPT:
        return decision_receipt(assignment)
    if not assignment.is_open:
        raise Obsolete
    return approval_requested(assignment, ApprovalToken.mint(assignment), kind=mail.kind)


def approval_requested(
    assignment: ApprovalAssignment, secret: str, *, kind: MailKind = MailKind.APPROVAL_REQUESTED
) -> Letter:
    """To the approver, once or again: everything that a decision needs, and the link to decide."""
    facts = facts_of(assignment)
    return _letter(
        kind,
        facts=facts,
        duplicates=facts.duplicates,
        course=course_of(assignment),
        asked_at=assignment.asked_at,
        goes_on_at=assignment.escalates_at,
        review=link("approval_links.show", token=secret),
        expires_at=clock.now() + LINK_LIVES,
        link_decides=link_alone_decides(assignment.request),
    )


def request_decided(assignment: ApprovalAssignment) -> Letter:
    """To the claimant: approved, rejected or returned, by whom and why; it ended the request."""
    request = assignment.request
    return _letter(
        MailKind.REQUEST_DECIDED, assignment=assignment, document=request.document,
        document_link=_link_to_document(request), shown_by=DOCUMENTS[request.document_kind],
        course=course_of(assignment), duplicates={},
    )  # fmt: skip


def decision_receipt(assignment: ApprovalAssignment) -> Letter:
    """To the approver: what was decided in their name, and what to do if it was not them."""
    request = assignment.request
    return _letter(
        MailKind.DECISION_RECEIPT, assignment=assignment, document=request.document,
        shown_by=DOCUMENTS[request.document_kind], duplicates={},
    )  # fmt: skip


def approval_commented(comment: ApprovalComment, reader: User) -> Letter:
    """To whom a comment concerns: what was asked or answered, and where to answer."""
    request = comment.request
    mine = [each for each in request.assignments if each.approver is reader and each.asked_at]
    own = link("requests.show", assignment_id=mine[-1].id) if mine else ""
    page = own or _link_to_document(request)
    return _letter(
        MailKind.APPROVAL_COMMENTED, comment=comment, request_row=request,
        document=request.document, page=page,
    )  # fmt: skip


def claim_paid(claim: ExpenseClaim) -> Letter:
    """To the claimant: the money is on its way."""
    return _letter(MailKind.CLAIM_PAID, claim=claim)


def advance_paid(advance: Advance) -> Letter:
    """To who asked for it: the money is on its way, and is to be accounted for."""
    return _letter(MailKind.ADVANCE_PAID, advance=advance)


def invitation(user: User, by: User, address: str) -> Letter:
    """To somebody new, or who has forgotten the password: the one link to set one."""
    return _letter(MailKind.INVITATION, user=user, by=by, address=address, hours=HOURS)


def pool_warning(warnings: Sequence[PoolWarning]) -> Letter:
    """To an owner: which customers go to the pool unless somebody gets in touch."""
    return _letter(MailKind.POOL_WARNING, warnings=warnings)


def stuck_deals(morning: Morning) -> Letter:
    """To an owner, and to who leads owners: which deals stand still, with what would move them."""
    return _letter(MailKind.STUCK_DEALS, morning=morning)


def notifications(
    notices: Sequence[Notice], *, links_to: Callable[[Notice], str] = attrgetter("link")
) -> Letter:
    """To whom several things happened: each with its link, and one link to all of them."""
    links = {each.row.id: links_to(each) for each in notices[:SHOWN]}
    return _letter(MailKind.NOTIFICATIONS, notices=notices, links=links, shown=SHOWN)


def task_reminder(task: Task, reader: User) -> Letter:
    """To who is to do it or takes part: what it is, when, about whom, and with whom."""
    people = [person for person in task.participants if person is not reader]
    return _letter(MailKind.TASK_REMINDER, task=task, reader=reader, people=people)


def daily(report: DailyReport) -> Letter:
    """To a manager: what their people did on a day, and who did nothing that was recorded."""
    return _letter(
        MailKind.DAILY_REPORT, report=report, page=_link_to_report(report.days), most=MOST_REPS
    )


def daily_report_commented(comment: DailyReportComment) -> Letter:
    """To whom a comment concerns: what was said about a rep's day, and where to answer."""
    title = gettext("%(rep)s, %(days)s", rep=person_word(comment.rep),
                    days=reported_days(comment.days))  # fmt: skip
    return _letter(
        MailKind.DAILY_REPORT_COMMENTED,
        comment=comment,
        title=title,
        page=f"{_link_to_report(comment.days)}#user_{comment.rep_id}",
    )


def announced(announcement: Announcement) -> Letter:
    """To whom an announcement is for: what it says, and where to say that one has read it."""
    return _letter(
        MailKind.ANNOUNCED, announcement=announcement,
        page=link("announcements.show", announcement_id=announcement.id),
    )  # fmt: skip


def _link_to_report(days: ReportedDays) -> str:
    return link("daily_reports.show", stretch=days.stretch.value, day=str(days.first))


@contextmanager
def written_for(reader: User) -> Iterator[None]:
    """Texts, amounts and times inside are in the reader's language and zone."""
    outside = {name: g.pop(name) for name in ("language", "timezone") if name in g}
    g.language = reader.language or Company.current().language
    g.timezone = reader.timezone or Company.current().timezone
    flask_babel.refresh()
    try:
        yield
    finally:
        del g.language, g.timezone
        for name, value in outside.items():
            setattr(g, name, value)
        flask_babel.refresh()


def _link_that_decides(notice: Notice) -> str:
    """What can still be decided is decided from the mail, as in a mail of its own."""
    if notice.row.record_kind != ApprovalAssignment.__tablename__:
        return notice.link
    assignment = db.session.get_one(ApprovalAssignment, notice.row.record_id)
    if not assignment.is_open:
        return notice.link
    return link("approval_links.show", token=ApprovalToken.mint(assignment))


def _link_to_document(request: ApprovalRequest) -> str:
    endpoint, named = page_of(request.document_kind, request.document_id)
    return link(endpoint, **named)


def _letter(kind: MailKind, **context: object) -> Letter:
    subject, text, html = (
        render_template(f"mail/{kind}/{part}", link=link, **context)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    # Parts that are there or not leave more or fewer empty lines.
    text = re.sub(r"\n{3,}", "\n\n", text.strip())
    text = render_template("layouts/mail.txt", body=text)
    return Letter(" ".join(subject.split()), text + "\n", html)
