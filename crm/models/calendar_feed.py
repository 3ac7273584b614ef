"""A private address of one's calendar, for a phone: its secret is shown once, kept as a digest."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Digest, Key, digest_of
from crm.extensions import db
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.user import User

# That it was fetched is written at most this often.
NOTED_EVERY = timedelta(minutes=5)


class CalendarFeed(Base):
    __tablename__ = "calendar_feed"

    id: Mapped[Key]
    digest: Mapped[Digest] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    fetched_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @classmethod
    def make(cls, user: User) -> str:
        """The secret of a new address: 256 random bits in hex; the one before stops working."""
        cls._forget(user)
        secret = secrets.token_hex(32)
        db.session.add(cls(digest=digest_of(secret), user=user))
        Event.record(Action.USER_CALENDAR_SHARED, user, by=user)
        return secret

    @classmethod
    def find(cls, secret: str) -> CalendarFeed | None:
        """The one with this secret, with its user and their rights, while they work here."""
        from crm.models.user import User

        return db.session.scalar(
            select(cls)
            .join(cls.user)
            .where(cls.digest == digest_of(secret), User.deactivated_at.is_(None))
            .options(
                joinedload(cls.user).joinedload(User.team),
                joinedload(cls.user).joinedload(User.role_rows),
            )
        )

    @classmethod
    def of(cls, user: User) -> CalendarFeed | None:
        """The one that ``user`` has."""
        return db.session.scalar(select(cls).where(cls.user_id == user.id))

    @classmethod
    def withdraw(cls, user: User, *, by: User | None) -> bool:
        """The address stops working; ``False`` where there is none."""
        is_gone = cls._forget(user)
        if is_gone:
            Event.record(Action.USER_CALENDAR_WITHDRAWN, user, by=by)
        return is_gone

    @classmethod
    def _forget(cls, user: User) -> bool:
        from crm.models.user import User

        # Of two presses at once the second finds what the first one made.
        held = select(User.id).where(User.id == user.id).with_for_update(key_share=True)
        db.session.execute(held)
        gone = db.session.execute(
            delete(cls).where(cls.user_id == user.id).execution_options(synchronize_session="fetch")
        )
        return bool(gone.rowcount)  # type: ignore[attr-defined]

    @property
    def is_to_be_noted(self) -> bool:
        """Whether it is time to write again that it was fetched."""
        return self.fetched_at is None or self.fetched_at < clock.now() - NOTED_EVERY
