"""The part of a notification that is mailed: when, and with what else in one mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models.notification.hours import MailHours
from crm.models.notification.kinds import GATHERED, KINDS, Way
from crm.models.outgoing_mail import MailKind, OutgoingMail

if TYPE_CHECKING:
    from crm.models.notification import Notification
    from crm.models.user import User


class Mailed:
    """How a notification gets into the outbox."""

    def enqueue_mail(self: Notification) -> None:
        """Where its reader is mailed at once: into the mail that waits for them, or a new one.

        A mail that tells of one thing is that thing's own letter; of several, a list of them. In
        quiet hours none is sent. What does not gather goes by itself and at once otherwise.
        """
        if self.way is not Way.AT_ONCE:
            return
        now, kind, hours = clock.now(), KINDS[self.kind], MailHours.of(self.reader)
        due_at = hours.open_from(now)
        if due_at == now and kind.gathers:
            due_at = hours.open_from(now + GATHERED)
        self.mail = _waiting_for(self.reader) if due_at > now else None
        if self.mail is not None:
            self.mail.kind, self.mail.particulars = MailKind.NOTIFICATIONS, {}
            return
        if kind.letter is None:
            self.mail = OutgoingMail.enqueue(MailKind.NOTIFICATIONS, self.reader)
        else:
            ids = {name: id for name, id in self.particulars.items() if isinstance(id, int)}
            self.mail = OutgoingMail.enqueue(kind.letter, self.reader, **ids)
        self.mail.due_at = due_at


def _waiting_for(reader: User) -> OutgoingMail | None:
    """The mail of notifications that waits and that nobody has begun to send.

    Its row is held: a worker that comes now passes it over, and one that was quicker has it.
    """
    from crm.models.notification import Notification

    return db.session.scalar(
        select(OutgoingMail)
        .where(
            OutgoingMail.to_id == reader.id, OutgoingMail.attempts == 0,
            OutgoingMail.done_at.is_(None), OutgoingMail.due_at > clock.now(),
            select(Notification.id).where(Notification.mail_id == OutgoingMail.id).exists(),
        )
        .order_by(OutgoingMail.id)
        .limit(1)
        .with_for_update()
    )  # fmt: skip
