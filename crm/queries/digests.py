"""The morning's digest: what each wants to read then, in one mail."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update

from crm import clock
from crm.extensions import db
from crm.models import MailHours, MailKind, Notification, OutgoingMail, User, Way


def write_digests() -> None:
    """Write a mail to each whose hour has come and for whom there is anything to tell.

    The worker runs this every few minutes. Of a day on which it did not run, it is written as soon
    as it does; what comes after the hour is told the next time.
    """
    waiting = select(Notification.reader_id).where(_waits()).distinct()
    for reader in db.session.scalars(User.active().where(User.id.in_(waiting))).all():
        _write_to(reader)


def _write_to(reader: User) -> None:
    hours, now = MailHours.of(reader), clock.now()
    chosen = (
        _waits(),
        Notification.reader_id == reader.id,
        Notification.made_at < hours.last_digest(now),
    )
    if db.session.scalar(select(Notification.id).where(*chosen).limit(1)) is None:
        return
    if hours.take_digest(now) is None:
        return
    mail = OutgoingMail.enqueue(MailKind.NOTIFICATIONS, reader)
    mail.due_at = hours.open_from(now)
    db.session.flush()  # what it tells names the mail by id
    db.session.execute(update(Notification).where(*chosen).values(mail_id=mail.id))


def _waits() -> ColumnElement[bool]:
    """The condition that it is for a digest, in none yet, and was not read meanwhile."""
    return (
        (Notification.way == Way.DIGEST)
        & Notification.mail_id.is_(None)
        & Notification.read_at.is_(None)
    )
