"""Reminder rules: for what reason a task is made, with which text, and who is to do it.

``firing.py`` keeps what a rule was the cause of, so that nothing is one twice, and for which
records it was enough. What is due by a rule is found in ``queries/reminder_rules/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    false,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Key, Name, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Role
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.reminder_rule.firing import ReminderEnough, ReminderFiring
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.option import Option
    from crm.models.user import User

__all__ = ["ReminderEnough", "ReminderFiring", "ReminderGrade", "ReminderKind", "ReminderRule",
           "ReminderTaker"]  # fmt: skip

# So long a silence may be, so long after an activity, and so long until a task is due.
MOST_DAYS = 3650
# Less than a year, so that of a date that comes every year one at a time is ahead.
MOST_BEFORE = 330
MOST_HOURS = 30 * 24
MOST_DUE_IN = 365


# What says when something falls due.
_CONDITIONS = {"days", "hours", "activity_kind", "date_field", "yearly", "days_by_grade"}


class ReminderKind(StrEnum):
    """For what reason a rule makes tasks."""

    SILENCE = "silence"
    ACTIVITY = "activity"
    DATE = "date"
    FIRST_CONTACT = "first_contact"


class ReminderTaker(StrEnum):
    """Who is to do what a rule makes."""

    OWNER = "owner"
    SUPERIOR = "superior"
    ROLE = "role"
    PERSON = "person"


class ReminderRule(Versioned, Timestamped, Trashable, Base):
    __tablename__ = "reminder_rule"
    __table_args__ = (
        CheckConstraint("counts_from IS NULL OR on_since IS NOT NULL", name="counts_while_on"),
    )

    TRASHED, RESTORED = Action.REMINDER_RULE_TRASHED, Action.REMINDER_RULE_RESTORED
    CALLED_BY = "name"
    TRACKED = (
        "name", "days", "hours", "activity_kind", "date_field", "yearly", "title", "note",
        "urgent", "important", "due_in", "taker", "taker_role", "taker_person",
    )  # fmt: skip

    id: Mapped[Key]
    name: Mapped[Name]
    kind: Mapped[ReminderKind] = mapped_column(stored_by_value(ReminderKind))
    # After an activity, or before a date; of silence each grade has its own.
    days: Mapped[int | None]
    # Within so many a new customer is called.
    hours: Mapped[int | None]
    activity_kind_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    # ``contact.birthday``, ``customer.custom_17``: dates.py.
    date_field: Mapped[str | None] = mapped_column(String(60))
    yearly: Mapped[bool] = mapped_column(default=False)
    # What the tasks are: their text may name the record ({customer}, {date}, …).
    title: Mapped[Name]
    note: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    important: Mapped[bool] = mapped_column(default=False)
    # Days after they are made; of a first call it is the hours that count.
    due_in: Mapped[int] = mapped_column(default=0)
    remind_before: Mapped[list[int]]
    taker: Mapped[ReminderTaker] = mapped_column(
        stored_by_value(ReminderTaker), default=ReminderTaker.OWNER
    )
    taker_role: Mapped[Role | None] = mapped_column(stored_by_value(Role))
    taker_person_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # None: it is switched off, and makes nothing.
    on_since: Mapped[datetime | None]
    # What was due before this day of the company is left alone; None: that too makes tasks.
    counts_from: Mapped[date | None] = mapped_column(Date)
    # The last day of the company on which all that was due was made.
    gone_through_on: Mapped[date | None] = mapped_column(Date)

    activity_kind: Mapped[Option | None] = relationship(active_history=True)
    taker_person: Mapped[User | None] = relationship(
        active_history=True, foreign_keys=[taker_person_id]
    )
    grades: Mapped[list[ReminderGrade]] = relationship(
        back_populates="rule", cascade="all, delete-orphan", order_by="ReminderGrade.id"
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[ReminderRule]:
        """The rules, deleted ones left out: read by whoever leads others."""
        return select(cls).where(cls.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def kept_for(cls, user: User) -> Select[ReminderRule]:
        """The rules that ``user`` may read, deleted ones too."""
        return select(cls).where(cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> ColumnElement[bool]:
        """The condition that ``user`` may read a rule, a deleted one too."""
        return true() if user.leads else false()

    @classmethod
    def in_order(cls) -> Select[ReminderRule]:
        """All rules that were not deleted, as they were added, with what each says."""
        return (
            select(cls)
            .where(cls.trashed_at.is_(None))
            .options(
                joinedload(cls.activity_kind), joinedload(cls.taker_person),
                selectinload(cls.grades).joinedload(ReminderGrade.grade),
            )
            .order_by(cls.id)
        )  # fmt: skip

    @classmethod
    def on(cls) -> Select[ReminderRule]:
        """The rules that make tasks."""
        in_use = cls.trashed_at.is_(None), cls.on_since.is_not(None)
        return select(cls).where(*in_use).order_by(cls.id)

    @classmethod
    def add(cls, rule: ReminderRule, *, by: User) -> ReminderRule:
        """Keep a new rule; it is switched off."""
        db.session.add(rule)
        Event.record(Action.REMINDER_RULE_CREATED, rule, by=by, name=rule.name)
        return rule

    @property
    def is_on(self) -> bool:
        """Whether it makes tasks."""
        return self.on_since is not None

    @property
    def days_by_grade(self) -> dict[Option | None, int]:
        """After how many days of silence, by grade; ``None``: customers without one."""
        return {each.grade: each.days for each in self.grades}

    def set_grades(self, wanted: Mapping[Option | None, int]) -> dict[str, list[str]]:
        """Let these be the days of silence by grade: what changed by it, as a history keeps it."""
        before, kept = self.days_by_grade, {each.grade: each for each in self.grades}
        for grade, each in kept.items():
            each.days = wanted.get(grade, each.days)
        new = [ReminderGrade(grade=grade, days=days) for grade, days in wanted.items()
               if grade not in kept]  # fmt: skip
        self.grades = [each for grade, each in kept.items() if grade in wanted] + new
        if before == wanted:
            return {}
        self.touch()  # of the days another table knows
        return {"days_by_grade": [_in_words(before), _in_words(wanted)]}

    def note_changes(self, *, by: User, besides: dict[str, list[str]] | None = None) -> None:
        """Record the pending changes, if there are any, and those ``besides`` that belong to it.

        Nothing that was a cause is one again. Where other things fall due by it than did, it
        counts from now on: what would have been due before is left alone.
        """
        if changes := changes_of(self, self.TRACKED) | self._changed_reminders() | (besides or {}):
            self.gone_through_on = None
            if self.is_on and changes.keys() & _CONDITIONS:
                self.counts_from = Company.current().today()
            Event.record(Action.REMINDER_RULE_CHANGED, self, by=by, name=self.name, changes=changes)

    def switch_on(self, *, by: User, also_due: bool) -> None:
        """From now on it makes tasks; one that does already goes on as it is.

        :param also_due: of what was due before today, too.
        """
        if not self.is_on:
            self.on_since, self.gone_through_on = clock.now(), None
            self.counts_from = None if also_due else Company.current().today()
            Event.record(Action.REMINDER_RULE_SWITCHED_ON, self, by=by, name=self.name,
                         also_due=also_due)  # fmt: skip

    def switch_off(self, *, by: User) -> None:
        """It makes no more tasks; those it made stay."""
        if self.is_on:
            self.on_since, self.counts_from = None, None
            Event.record(Action.REMINDER_RULE_SWITCHED_OFF, self, by=by, name=self.name)

    def note_gone_through(self, day: date) -> None:
        """All that was due on ``day`` is made; its version stays: nobody edited it."""
        db.session.execute(
            update(ReminderRule)
            .where(ReminderRule.id == self.id)
            .values(gone_through_on=day, updated_at=ReminderRule.updated_at)
        )

    def missed_since(self, today: date) -> date:
        """From which day on nobody looked: ``today``, or the day after the last that was done."""
        last = self.gone_through_on
        return min(today, last + timedelta(days=1)) if last is not None else today

    def _changed_reminders(self) -> dict[str, list[str]]:
        from sqlalchemy import inspect

        history = inspect(self).attrs.remind_before.history
        old, new = ((side[0] if side else None) or [] for side in (history.deleted, history.added))
        if not history.has_changes() or sorted(old) == sorted(new):
            return {}
        return {"remind_before": [", ".join(map(str, sorted(side))) for side in (old, new)]}

    def __str__(self) -> str:
        return self.name


class ReminderGrade(Base):
    """After how many days without contact a rule makes a task for customers of a grade."""

    __tablename__ = "reminder_grade"
    __table_args__ = (UniqueConstraint("rule_id", "grade_id"),)

    id: Mapped[Key]
    rule_id: Mapped[int] = mapped_column(ForeignKey("reminder_rule.id"))
    # None: customers without a grade.
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    days: Mapped[int]

    rule: Mapped[ReminderRule] = relationship(back_populates="grades")
    grade: Mapped[Option | None] = relationship()


def _in_words(days: Mapping[Option | None, int]) -> str:
    """``A 30, B 60``, in both languages, as a history keeps it."""
    if not days:
        return ""
    ordered = sorted(days.items(), key=lambda each: each[0].position if each[0] else 2**30)
    return "\n".join(
        ", ".join(f"{grade.label(language) if grade else '—'} {many}" for grade, many in ordered)
        for language in ("zh", "en")
    )
