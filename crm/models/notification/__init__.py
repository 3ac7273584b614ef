"""Notifications: what somebody is told by itself, in their list and, as they chose, by mail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    delete,
    false,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, stored_by_value
from crm.extensions import db
from crm.models.event import Event
from crm.models.notification.choice import NotificationChoice
from crm.models.notification.hours import MailHours
from crm.models.notification.kinds import ASKING, KINDS, NotificationKind, Way
from crm.models.notification.mailing import Mailed

if TYPE_CHECKING:
    from crm.models.outgoing_mail import OutgoingMail
    from crm.models.user import User

__all__ = [
    "ASKING",
    "KINDS",
    "MailHours",
    "Notification",
    "NotificationChoice",
    "NotificationKind",
    "Way",
]

# So long after it was read a notification stands in the list.
KEPT = timedelta(days=90)
_UNREAD = text("read_at IS NULL")
# What notifications are about, by table: each model has ``visible_to``.
TOLD_ABOUT = (
    "advance", "announcement", "approval_assignment", "customer", "daily_report_comment", "deal",
    "expense_claim", "import_run", "task", "user",
)  # fmt: skip


class Notification(Mailed, Base):
    """One thing that one person is told of, about one record."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("reader_id", "kind", "record_kind", "record_id", "cause"),
        Index(None, "reader_id", "made_at"),
        Index("ix_notification_unread", "reader_id", sqlite_where=_UNREAD,
              postgresql_where=_UNREAD),
        Index(None, "record_kind", "record_id"),
    )  # fmt: skip

    id: Mapped[Key]
    reader_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[NotificationKind] = mapped_column(stored_by_value(NotificationKind))
    # Who caused it; None: the clock did.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    # What it came from: the same is told once.
    cause: Mapped[str] = mapped_column(String(60))
    # What its words say beside the record.
    particulars: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    # As its reader had chosen when it was made.
    way: Mapped[Way] = mapped_column(stored_by_value(Way))
    # The mail that tells of it, be it sent or not.
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_mail.id"), index=True)

    reader: Mapped[User] = relationship(foreign_keys=[reader_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
    mail: Mapped[OutgoingMail | None] = relationship()

    @classmethod
    def tell(
        cls, reader: User, kind: NotificationKind, about: Any, *, event: Event | None = None,
        cause: str = "", by: User | None = None, **particulars: Any,
    ) -> Notification | None:  # fmt: skip
        """Tell ``reader`` of ``about``, in the transaction of what causes it.

        Nobody is told who caused it, has left, may not see the record, or was told of this cause.

        :param event: what happened; who did it caused this, and it is the cause.
        :param cause: where no event is: what tells this occasion from others, such as a day.
        :param by: where no event is: who caused it.
        :param particulars: plain values that the words of the kind need.
        :returns: ``None`` where nobody is told.
        """
        if event is not None:
            by, cause = event.by, f"event {event.id}"
        if (by is not None and by.id == reader.id) or not reader.is_active:
            return None
        db.session.flush()  # what it is about is looked for as it is now
        if not cls._is_news(reader, kind, about, cause):
            return None
        told = cls(
            reader=reader, kind=kind, by=by, record_kind=about.__tablename__, record_id=about.id,
            cause=cause, particulars=particulars, way=NotificationChoice.way_of(reader, kind),
        )  # fmt: skip
        db.session.add(told)
        told.enqueue_mail()
        return told

    @classmethod
    def visible_to(cls, user: User) -> Select[Notification]:
        """One's own, as far as one still sees what they are about; the latest first."""
        return (
            select(cls)
            .where(cls.reader_id == user.id, cls.record_is_seen_by(user))
            .options(joinedload(cls.by))
            .order_by(cls.made_at.desc(), cls.id.desc())
        )

    @classmethod
    def record_is_seen_by(cls, user: User) -> ColumnElement[bool]:
        """The condition that ``user`` sees what it is about."""
        return or_(
            false(),
            *(
                and_(cls.record_kind == kind,
                     model.visible_to(user).where(model.id == cls.record_id).exists())
                for kind, model in models_told_about().items()
            ),
        )  # fmt: skip

    @classmethod
    def readers_told_of(cls, about: Any) -> set[int]:
        """The ids of those who were ever told of ``about``, as far as it is remembered."""
        told = select(cls.reader_id).where(
            cls.record_kind == about.__tablename__, cls.record_id == about.id
        )
        return set(db.session.scalars(told))

    @classmethod
    def settle(
        cls, about: Any, kinds: Collection[NotificationKind], *, reader: User | None = None
    ) -> None:
        """What these told of ``about`` is done with: whoever has not read it need not any more.

        :param reader: for them alone.
        """
        whose = [cls.reader_id == reader.id] if reader else []
        db.session.execute(
            update(cls)
            .where(cls.record_kind == about.__tablename__, cls.record_id == about.id,
                   cls.kind.in_(kinds), cls.read_at.is_(None), *whose)
            .values(read_at=clock.now())
        )  # fmt: skip

    @classmethod
    def read_all(cls, user: User) -> None:
        """``user`` knows all of it, what they do not see any more too."""
        db.session.execute(
            update(cls)
            .where(cls.reader_id == user.id, cls.read_at.is_(None))
            .values(read_at=clock.now())
        )

    @classmethod
    def forget_old(cls) -> None:
        """Delete what was read long ago."""
        db.session.execute(delete(cls).where(cls.read_at < clock.now() - KEPT))

    def read(self) -> None:
        """Its reader knows; reading it again changes nothing."""
        self.read_at = self.read_at or clock.now()

    @classmethod
    def _is_news(cls, reader: User, kind: NotificationKind, about: Any, cause: str) -> bool:
        """Whether ``reader`` sees the record, and was not told of this cause."""
        model = type(about)
        seen = model.visible_to(reader).where(model.id == about.id).exists()
        told = select(cls.id).where(
            cls.reader_id == reader.id, cls.kind == kind, cls.cause == cause,
            cls.record_kind == about.__tablename__, cls.record_id == about.id,
        )  # fmt: skip
        return db.session.scalar(select(and_(seen, ~told.exists()))) is True


def models_told_about() -> dict[str, Any]:
    """The models of what notifications are about, by their tables."""
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]
    return {name: models[name] for name in TOLD_ABOUT}
