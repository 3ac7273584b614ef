"""The outbox: mails written in the transaction that causes them, sent by the worker."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped, stored_by_value
from crm.extensions import db
from crm.models.leased import Leased, waiting_index

if TYPE_CHECKING:
    from crm.models.user import User


class MailKind(StrEnum):
    """Every mail there is; each has one function in ``crm/mail.py``."""

    ADVANCE_PAID = "advance_paid"
    APPROVAL_COMMENTED = "approval_commented"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_REQUESTED = "approval_requested"
    CLAIM_PAID = "claim_paid"
    DAILY_REPORT = "daily_report"
    DAILY_REPORT_COMMENTED = "daily_report_commented"
    ANNOUNCED = "announced"
    DECISION_RECEIPT = "decision_receipt"
    INVITATION = "invitation"
    NOTIFICATIONS = "notifications"
    POOL_WARNING = "pool_warning"
    REQUEST_DECIDED = "request_decided"
    STUCK_DEALS = "stuck_deals"
    TASK_REMINDER = "task_reminder"


class OutgoingMail(Leased, Timestamped, Base):
    __tablename__ = "outgoing_mail"
    __table_args__ = (waiting_index("outgoing_mail"),)

    id: Mapped[Key]
    kind: Mapped[MailKind] = mapped_column(stored_by_value(MailKind))
    to_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # The ids of what it is about; the text is made from the records when it is sent.
    particulars: Mapped[dict[str, Any]]
    # What became of it: "smtp", "file", or why it was not sent.
    delivery: Mapped[str | None] = mapped_column(String(60))

    to: Mapped[User] = relationship()

    @classmethod
    def enqueue(cls, kind: MailKind, to: User, **particulars: int) -> OutgoingMail:
        """Write a mail to be sent after this transaction."""
        mail = cls(kind=kind, to=to, particulars=particulars, due_at=clock.now())
        db.session.add(mail)
        return mail

    @property
    def message_id(self) -> str:
        """The same on every attempt, so that a mail sent twice is recognised as one."""
        return f"<{self.kind}.{self.id}.{int(self.created_at.timestamp())}@crm>"
