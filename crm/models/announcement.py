"""Announcements: what the firm or a team is to know, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Key, Timestamped, Versioned
from crm.extensions import add_first, db
from crm.models.attachment import Attachment
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.team import Team

if TYPE_CHECKING:
    from crm.models.user import User


class Announcement(Versioned, Timestamped, Base):
    """A text for everybody, or for a team and those below it; pinned until a day, or taken down."""

    __tablename__ = "announcement"

    TRACKED = ("title", "text", "team", "until")

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # None: everybody.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    # The last day on which it is pinned; None: until it is taken down.
    until: Mapped[date | None] = mapped_column(Date)
    down_at: Mapped[datetime | None]

    by: Mapped[User] = relationship(foreign_keys=[by_id])
    team: Mapped[Team | None] = relationship(active_history=True)
    files: Mapped[list[Attachment]] = relationship(
        primaryjoin="and_(foreign(Attachment.record_id) == Announcement.id, "
        "Attachment.record_kind == 'announcement', Attachment.trashed_at.is_(None))",
        order_by="Attachment.id", viewonly=True,
    )  # fmt: skip

    @classmethod
    def visible_to(cls, user: User) -> Select[Announcement]:
        """What is addressed to ``user`` or comes from them; administrators see all."""
        if user.is_administrator:
            return select(cls)
        return select(cls).where(or_(cls.by_id == user.id, cls._addressed_to(user)))

    @classmethod
    def pinned_for(cls, user: User) -> Select[Announcement]:
        """What is addressed to ``user`` and pinned today, the latest first."""
        return (
            select(cls)
            .where(cls.is_pinned, cls._addressed_to(user))
            .options(joinedload(cls.by), selectinload(cls.files))
            .order_by(cls.created_at.desc(), cls.id.desc())
        )

    @classmethod
    def _addressed_to(cls, user: User) -> ColumnElement[bool]:
        teams = user.team.lineage if user.team else []
        return or_(cls.team_id.is_(None), cls.team_id.in_(teams))

    @classmethod
    def make(
        cls, announcement: Announcement, *, by: User, files: Sequence[Attachment] = ()
    ) -> Announcement:
        """Put it up; those whom it is for are told (``reactions.py``)."""
        announcement.by = by
        db.session.add(announcement)
        Event.record(Action.ANNOUNCEMENT_MADE, announcement, by=by, name=announcement.title)
        if files:
            Attachment.put_to(announcement, list(files))
        return announcement

    @hybrid_property
    def is_pinned(self) -> bool:
        """Whether it is up, and its last day is not over."""
        today = Company.current().today()
        return self.down_at is None and (self.until is None or self.until >= today)

    @is_pinned.inplace.expression
    @classmethod
    def _is_pinned(cls) -> ColumnElement[bool]:
        today = Company.current().today()
        return and_(cls.down_at.is_(None), or_(cls.until.is_(None), cls.until >= today))

    @property
    def audience(self) -> Select[User]:
        """Those whom it is for, as they work here now, by name; not who wrote it."""
        from crm.models.user import User

        people = User.active().where(User.id != self.by_id)
        if self.team is None:
            return people
        below = select(Team.id).where(Team.path.startswith(self.team.path))
        return people.where(User.team_id.in_(below))

    @property
    def waiting(self) -> Select[User]:
        """Those of its audience who have not read it."""
        from crm.models.user import User

        read = select(AnnouncementReading.user_id).where(
            AnnouncementReading.announcement_id == self.id
        )
        return self.audience.where(User.id.not_in(read))

    def note_changes(
        self, *, by: User, files: Sequence[Attachment] = (), is_to_be_read_again: bool = False
    ) -> None:
        """Record the pending changes, if there are any.

        :param is_to_be_read_again: who has read it before has not read it now, and is told again;
            where nothing was changed, once a day.
        """
        changes: dict[str, Any] = changes_of(self, self.TRACKED)
        if files:
            Attachment.put_to(self, list(files))
            changes["files"] = ["", ", ".join(file.name for file in files)]
        is_to_be_read_again = is_to_be_read_again and (bool(changes) or not self._was_told_today())
        if is_to_be_read_again:
            db.session.execute(
                delete(AnnouncementReading).where(AnnouncementReading.announcement_id == self.id)
            )
        if changes or is_to_be_read_again:
            self.touch()
            Event.record(
                Action.ANNOUNCEMENT_CHANGED, self, by=by, name=self.title, changes=changes,
                again=is_to_be_read_again,
            )  # fmt: skip

    def is_for(self, user: User) -> bool:
        """Whether it is addressed to ``user``; who wrote it need not read it."""
        if user.id == self.by_id:
            return False
        return self.team is None or (user.team is not None and user.team.is_within(self.team))

    def remind(self, *, by: User) -> int:
        """Have those told once more who have not read it (``reactions.py``); once a day.

        :returns: how many they are; 0 where it is pinned no more, or they were reminded today.
        """
        if not self.is_pinned or self._was_told_today():
            return 0
        count = db.session.scalar(self.waiting.order_by(None).with_only_columns(func.count())) or 0
        if count:
            Event.record(Action.ANNOUNCEMENT_REMINDED, self, by=by, name=self.title)
        return count

    def _was_told_today(self) -> bool:
        """Whether people were reminded of it, or were to read it again, on this day."""
        company = Company.current()
        begin = clock.start_of(company.today(), company.timezone)
        lately = db.session.scalars(
            Event.about(self.__tablename__, self.id).where(
                Event.action.in_([Action.ANNOUNCEMENT_REMINDED, Action.ANNOUNCEMENT_CHANGED]),
                Event.at >= begin,
            )
        )
        return any(event.particulars.get("again", True) for event in lately)

    def take_down(self, *, by: User) -> None:
        """It is pinned no more; taking it down again changes nothing."""
        if self.down_at is None:
            self.down_at = clock.now()
            Event.record(Action.ANNOUNCEMENT_TAKEN_DOWN, self, by=by, name=self.title)

    def put_up(self, *, by: User) -> None:
        """It is pinned again, without its last day where that is over."""
        if self.is_pinned:
            return
        self.down_at = None
        if self.until is not None and self.until < Company.current().today():
            self.until = None
        Event.record(Action.ANNOUNCEMENT_PUT_UP, self, by=by, name=self.title)

    def __str__(self) -> str:
        return self.title


class AnnouncementReading(Base):
    """That somebody has read an announcement, and when first."""

    __tablename__ = "announcement_reading"
    __table_args__ = (UniqueConstraint("announcement_id", "user_id"),)

    id: Mapped[Key]
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def note(cls, announcement: Announcement, user: User) -> None:
        """``user`` has read it; saying so twice, or in two windows at once, changes nothing."""
        add_first(cls(announcement_id=announcement.id, user_id=user.id))

    @classmethod
    def of(cls, announcement: Announcement) -> dict[int, datetime]:
        """By the ids of who has read it: when."""
        rows = db.session.execute(
            select(cls.user_id, cls.at).where(cls.announcement_id == announcement.id)
        )
        return dict(rows.all())

    @classmethod
    def by(cls, user: User, announcements: Sequence[Announcement]) -> dict[int, datetime]:
        """By the ids of those of ``announcements`` that ``user`` has read: when."""
        ids = [each.id for each in announcements]
        rows = db.session.execute(
            select(cls.announcement_id, cls.at).where(
                cls.user_id == user.id, cls.announcement_id.in_(ids)
            )
        )
        return dict(rows.all())
