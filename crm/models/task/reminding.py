"""Reminders: at which times before a task its people are told of it, each of them once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.company import Company

if TYPE_CHECKING:
    from crm.models.task import Task
    from crm.models.user import User

HOUR, DAY = 60, 24 * 60
# Minutes before a task that one can be reminded; 0 is the time itself.
OFFERED = (0, 10, 30, HOUR, 2 * HOUR, DAY, 2 * DAY, 7 * DAY)

_WAITING = text("sent_at IS NULL")


class TaskReminder(Base):
    __tablename__ = "task_reminder"
    __table_args__ = (
        UniqueConstraint("task_id", "minutes_before"),
        Index(
            "ix_task_reminder_waiting", "due_at",
            sqlite_where=_WAITING, postgresql_where=_WAITING,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    minutes_before: Mapped[int]
    # None while the task has no day.
    due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    task: Mapped[Task] = relationship(back_populates="reminders")

    @classmethod
    def claim_due(cls, most: int) -> list[TaskReminder]:
        """Take the reminders that are due, ``most`` of them, as told; the caller tells of them.

        One conditional UPDATE in the caller's transaction: of two that ask at once, the second
        finds none of what the first took, and what is not committed was not told.
        """
        due = (cls.due_at <= clock.now()) & cls.sent_at.is_(None)
        first = select(cls.id).where(due).order_by(cls.due_at, cls.id).limit(most)
        claimed = db.session.scalars(
            update(cls).where(cls.id.in_(first.with_for_update()), due).values(sent_at=clock.now())
            .returning(cls.id).execution_options(synchronize_session=False)
        ).all()  # fmt: skip
        rows = select(cls).where(cls.id.in_(claimed)).order_by(cls.due_at, cls.id)
        return list(db.session.scalars(rows.execution_options(populate_existing=True)))

    def concerns(self, reader: User) -> bool:
        """Whether ``reader`` is still to be told: it was not moved, settled or handed over."""
        return self.sent_at is not None and reader in self.task.people_reminded()


class Reminding:
    """The part of a task that reminds its people of itself."""

    if TYPE_CHECKING:
        reminders: Mapped[list[TaskReminder]]

    @property
    def remind_before(self: Task) -> list[int]:
        """How many minutes before it one is reminded, the nearest first."""
        return [reminder.minutes_before for reminder in self.reminders]

    def remind(self: Task, before: Iterable[int]) -> None:
        """Remind of it so many minutes ``before``, and at no other time."""
        wanted = set(before)
        kept = [each for each in self.reminders if each.minutes_before in wanted]
        new = sorted(wanted - {each.minutes_before for each in kept})
        if new or len(kept) < len(self.reminders):
            self.touch()
        self.reminders = kept + [TaskReminder(minutes_before=minutes) for minutes in new]
        self.place_reminders()

    @classmethod
    def with_reminders_to_come(cls) -> Select[Task]:
        """Those of which somebody is still to be reminded."""
        from crm.models.task import Task

        return select(Task).where(Task.reminders.any(TaskReminder.sent_at.is_(None)))

    def place_reminders(self: Task) -> None:
        """Have each reminder come at its time before the task, wherever that is by now.

        One whose time is over is not caught up with: who sets it now knows of the task now.
        """
        for reminder in self.reminders:
            due_at = self._reminded_at(reminder.minutes_before)
            if due_at != reminder.due_at:
                reminder.due_at = due_at
                reminder.sent_at = clock.now() if due_at and due_at <= clock.now() else None

    def people_reminded(self: Task) -> list[User]:
        """Who is to do it and who takes part, unless it is settled or they have left."""
        if self.is_done or self.is_trashed:
            return []
        people = dict.fromkeys([self.assignee, *self.participants])
        return [person for person in people if person.is_active]

    def _reminded_at(self: Task, minutes: int) -> datetime | None:
        """What has no time counts from where its day begins, for the person who is to do it.

        A day before is the same hour of the day before, however long the clocks make that day.
        """
        if self.due_on is None:
            return None
        zone = Company.current().timezone
        if self.due_time is None and self.assignee.timezone:
            zone = self.assignee.timezone
        days, rest = divmod(minutes, DAY)
        day = self.due_on - timedelta(days=days)
        begins = clock.moment_of(day, self.due_time or time.min, zone)
        return begins - timedelta(minutes=rest)
