"""Activities: the calls, visits, mails and meetings that happened.

For a day its author changes one, or takes it back; after that what was written stands, and a
correction stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, func, or_, select, update
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped, Versioned
from crm.extensions import db
from crm.models.access import Noun, owned_within
from crm.models.attachment import Attachment
from crm.models.customer import Customer
from crm.models.event import Action, Event, changes_of
from crm.models.passage import Noted
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.contact import Contact
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User

CHANGEABLE_FOR = timedelta(days=1)
LONGEST_NAME = 60


class Activity(Noted, Versioned, Trashable, Timestamped, Base):
    __tablename__ = "activity"
    __table_args__ = (
        Index(None, "customer_id", "happened_at"),
        Index(None, "by_id", "happened_at"),
        Index(None, "deal_id", "happened_at"),
    )

    NOTED = ("summary", "next_step", "place", "correction")
    TRASHED, RESTORED = Action.ACTIVITY_TRASHED, Action.ACTIVITY_RESTORED
    CALLED_BY = "short"
    TRACKED = ("kind", "summary", "happened_at", "contact", "deal", "place", "next_step")

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    summary: Mapped[str]
    place: Mapped[str | None] = mapped_column(String(200))
    next_step: Mapped[str | None]
    # What its author says of it later; the summary stays as it was written.
    correction: Mapped[str | None]
    corrected_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact | None] = relationship(active_history=True)
    deal: Mapped[Deal | None] = relationship(active_history=True)
    kind: Mapped[Option] = relationship(active_history=True)
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    files: Mapped[list[Attachment]] = relationship(
        primaryjoin="and_(foreign(Attachment.record_id) == Activity.id, "
        "Attachment.record_kind == 'activity', Attachment.trashed_at.is_(None))",
        order_by="Attachment.id", viewonly=True,
    )  # fmt: skip

    @classmethod
    def visible_to(cls, user: User) -> Select[Activity]:
        """The activities ``user`` may see, those in the trash left out."""
        return select(cls).where(cls.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> ColumnElement[bool]:
        """Own activities, those of people in scope, and those at customers looked after."""
        return or_(
            owned_within(user, user.sees(Noun.CUSTOMERS), cls.by_id),
            Customer.looked_after_by(user, cls.customer_id),
        )

    @classmethod
    def for_changes(cls) -> tuple[Any, ...]:
        """Loading options for many that are to be changed: they are called by their customer."""
        return (joinedload(cls.customer),)

    @classmethod
    def log(cls, activity: Activity, *, by: User, files: Sequence[Attachment] = ()) -> Activity:
        """Write down what happened, with photos and other files."""
        activity.by = by
        db.session.add(activity)
        Event.record(
            Action.ACTIVITY_LOGGED,
            activity,
            by=by,
            at=activity.happened_at,
            kind=activity.kind.code,
            kind_zh=activity.kind.label_zh,
            kind_en=activity.kind.label_en,
            summary=activity.summary,
            contact=str(activity.contact or ""),
        )
        if files:
            Attachment.put_to(activity, list(files))
        return activity

    @hybrid_property
    def short(self) -> str:
        """The beginning of what was written: how messages and histories name it."""
        line = self.summary.split("\n")[0]
        return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"

    @short.inplace.expression
    @classmethod
    def _short(cls) -> ColumnElement[str]:
        return func.substr(cls.summary, 1, LONGEST_NAME)

    @property
    def is_fresh(self) -> bool:
        """Whether it was written less than a day ago, and is its author's to change."""
        return clock.now() - self.created_at < CHANGEABLE_FOR

    def is_as_written_by(self, user: User) -> bool:
        """Whether ``user`` wrote it less than a day ago, and nothing came to it since."""
        is_as_written = self.version == 1 and not self.files
        return self.by_id == user.id and self.is_fresh and is_as_written

    def note_changes(self, *, by: User, files: Sequence[Attachment] = ()) -> None:
        """Record the pending changes and the files that come to it, if there are any."""
        changes = changes_of(self, self.TRACKED)
        if files:
            Attachment.put_to(self, list(files))
            changes["files"] = ["", ", ".join(file.name for file in files)]
        if changes:
            Event.record(Action.ACTIVITY_CHANGED, self, by=by, changes=changes)
        if {"happened_at", "deal"} & changes.keys():
            self._move_in_timelines()

    def correct(self, correction: str, *, by: User) -> None:
        """Say beside it what was wrong; the same again changes nothing."""
        if correction != self.correction:
            old, self.correction, self.corrected_at = self.correction, correction, clock.now()
            changes = {"correction": [old, correction]}
            Event.record(Action.ACTIVITY_CORRECTED, self, by=by, name=self.short, changes=changes)

    def _move_in_timelines(self) -> None:
        """Where and when it is told follows what its author says of it."""
        db.session.execute(
            update(Event)
            .where(
                Event.action == Action.ACTIVITY_LOGGED,
                Event.subject_kind == self.__tablename__,
                Event.subject_id == self.id,
            )
            .values(at=self.happened_at, deal_id=self.deal.id if self.deal else None)
        )

    def __str__(self) -> str:
        return self.short
