"""Tasks that come again: a series, and its next task as soon as one is settled."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.task.to_do import ToDo
from crm.recurrence import Rule

if TYPE_CHECKING:
    from crm.models.task import Task
    from crm.models.user import User


class TaskSeries(ToDo, Base):
    """A rule, from which day on it counts, and what the tasks that follow begin with."""

    __tablename__ = "task_series"

    id: Mapped[Key]
    rule: Mapped[str] = mapped_column(String(200))
    begins_on: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None]
    # Who takes part, by id, and how many minutes before one is reminded.
    people: Mapped[list[int]]
    remind_before: Mapped[list[int]]

    @classmethod
    def begun_by(cls, task: Task, rule: Rule, begins: date) -> TaskSeries:
        """A series of which ``task`` is the first, and whose others are like it."""
        people = [person.id for person in task.participants]
        return cls(rule=str(rule), begins_on=begins, people=people,
                   remind_before=task.remind_before, **task.common)  # fmt: skip

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    def end(self) -> None:
        """No task follows any more."""
        self.ended_at = self.ended_at or clock.now()

    def day_after(self, day: date) -> date | None:
        """For which day the next task is: none that is over already is caught up with."""
        yesterday = Company.current().today() - timedelta(days=1)
        return Rule.parse(self.rule).after(max(day, yesterday), begins=self.begins_on)

    def task_on(self, day: date, *, instead: User) -> Task:
        """Its task for ``day``; it is not written down yet. Who has left takes part no more.

        :param instead: who is to do it where its assignee has left.
        """
        from crm.models.task import Task
        from crm.models.user import User

        people = db.session.scalars(User.active().where(User.id.in_(self.people)))
        task = Task(**self.common, due_on=day, series=self, series_on=day,
                    participants=list(people))  # fmt: skip
        if not self.assignee.is_active:
            task.assignee = instead
        task.remind(self.remind_before)
        return task


class Recurring:
    """The part of a task that comes again."""

    if TYPE_CHECKING:
        series: Mapped[TaskSeries | None]

    series_id: Mapped[int | None] = mapped_column(ForeignKey("task_series.id"))
    # Which day of the rule it is for, wherever it was put off to.
    series_on: Mapped[date | None] = mapped_column(Date)

    @property
    def rule(self: Task) -> Rule | None:
        """By which it comes again, its times counted from this one on; ``None``: it does not.

        Of one that is done the next one has it.
        """
        if self.is_done or self.series is None or self.series_on is None or self.series.is_over:
            return None
        rule = Rule.parse(self.series.rule)
        return rule.left_from(self.series_on, begins=self.series.begins_on)

    @property
    def follows_another(self: Task) -> bool:
        """Whether it was made because the one before it was settled."""
        return self.series is not None and self.series_on != self.series.begins_on

    def repeat(self: Task, rule: Rule | None, *, by: User, begins: date | None = None) -> None:
        """This one and those that follow: as this one is now, by ``rule``; none follow without.

        What was before stays as it is: from here on it is a series of its own.

        :param begins: the day from which on its days are counted, where that is not the one on
            which it is due: it may have been put off.
        """
        before = self.rule
        if self.series is not None:
            self.series.end()
        if rule is not None:
            begins = begins or self.due_on
            assert begins is not None
            self.series, self.series_on = TaskSeries.begun_by(self, rule, begins), begins
        if before != rule:
            changes = {"rule": [str(before or ""), str(rule or "")]}
            Event.record(Action.TASK_CHANGED, self, by=by, name=self.title, changes=changes,
                         comment="")  # fmt: skip

    def go_on(self: Task, *, by: User) -> None:
        """It is settled: have the next one made, if there is one and it is not there yet.

        The series is held: of two who settle its tasks at once, the second finds what is there.
        """
        series, day = self._held_series(), self.series_on
        if series is None or series.is_over or day is None:
            return
        if (latest := self._latest_after()) is not None:
            went = latest.is_trashed and not latest.is_done  # when this one was reopened
            if went and self._take(latest):
                latest.restore(by=by)
        elif (following := series.day_after(day)) is None:
            series.end()
        else:
            type(self).add(series.task_on(following, instead=by), by=series.created_by)

    def take_back_next(self: Task, *, by: User) -> None:
        """It is not settled after all: the next one goes, unless somebody changed it."""
        latest = self._latest_after() if self._held_series() is not None else None
        if latest is None or latest.is_done or latest.is_trashed:
            return
        if latest.version == 1 and self._take(latest):
            latest.trash(by=by, goes_on=False)

    def _held_series(self: Task) -> TaskSeries | None:
        if self.series_id is None:
            return None
        return db.session.get(
            TaskSeries, self.series_id, with_for_update=True, populate_existing=True
        )

    def _take(self: Task, other: Task) -> bool:
        """Hold another one of the series that is held; not if somebody has it in hand.

        Who settles it holds it and waits for the series: to wait for them would never end.
        """
        taken = db.session.get(
            type(self), other.id, with_for_update={"skip_locked": True}, populate_existing=True
        )
        return taken is not None

    def _latest_after(self: Task) -> Task | None:
        """The last task of its series, if that is not this one."""
        kind = type(self)
        later = select(kind).where(
            kind.series_id == self.series_id, kind.series_on > self.series_on
        )
        return db.session.scalars(later.order_by(kind.series_on.desc()).limit(1)).first()
