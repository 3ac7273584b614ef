"""Tasks: something to do, by when, for whom, about what."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Timestamped, Versioned
from crm.extensions import db
from crm.models.access import Noun, Scope, owned_within
from crm.models.customer import Customer
from crm.models.event import Action, Event, changes_of
from crm.models.named import Named
from crm.models.passage import NamedOrNoted
from crm.models.reminder_rule.firing import ReminderFiring
from crm.models.task.participating import Participating
from crm.models.task.recurring import Recurring, TaskSeries
from crm.models.task.reminding import Reminding, TaskReminder
from crm.models.task.resulting import Resulting
from crm.models.task.ruled import Ruled
from crm.models.task.timing import Timed, timely
from crm.models.task.to_do import ToDo
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.activity import Activity
    from crm.models.user import User


class Task(
    Timed, ToDo, Reminding, Participating, Recurring, Ruled, Resulting, Versioned, Trashable, Named,
    NamedOrNoted, Timestamped, Base,
):  # fmt: skip
    __tablename__ = "task"
    __table_args__ = (
        Index(None, "assignee_id", "done_at", "due_on"),
        Index(None, "sort_name", "id"),
        # Whoever makes the next one of a series, it is made once.
        UniqueConstraint("series_id", "series_on"),
        *timely(),
    )

    TRASHED, RESTORED = Action.TASK_TRASHED, Action.TASK_RESTORED
    CALLED_BY = "title"
    SEARCHED = ("title",)
    TRACKED = ("title", "note", "due_on", "due_time", "minutes", "urgent",
               "important", "assignee", "customer", "deal")  # fmt: skip

    id: Mapped[Key]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])
    series: Mapped[TaskSeries | None] = relationship()
    firing: Mapped[ReminderFiring | None] = relationship()
    reminders: Mapped[list[TaskReminder]] = relationship(
        back_populates="task", cascade="all, delete-orphan", order_by=TaskReminder.minutes_before
    )

    @classmethod
    def visible_to(cls, user: User) -> Select[Task]:
        """The tasks ``user`` may see, those in the trash left out."""
        return select(cls).where(cls.trashed_at.is_(None), cls.seen_by(user))

    @classmethod
    def seen_by(cls, user: User) -> Any:
        """Somebody's within scope, given by ``user``, with them, or about a customer of theirs."""
        scope = user.sees(Noun.TASKS)
        mine = owned_within(user, scope, cls.assignee_id)
        if scope is Scope.ALL:
            return mine
        return or_(
            mine,
            cls.created_by_id == user.id,
            cls.is_with(user),
            Customer.looked_after_by(user, cls.customer_id),
        )

    @classmethod
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options for a list of tasks: no query per row."""
        return (joinedload(cls.assignee), joinedload(cls.customer), joinedload(cls.deal))

    @classmethod
    def for_changes(cls) -> tuple[Any, ...]:
        """Loading options for many that are to be changed: who may is asked of each."""
        from crm.models.user import User

        return (*cls.for_list(), joinedload(cls.assignee).joinedload(User.team))

    @classmethod
    def add(cls, task: Task, *, by: User | None) -> Task:
        """Write down something to do.

        :param by: ``None``: a reminder rule does, in the name of who is to do it.
        """
        task.created_by = by or task.assignee
        db.session.add(task)
        task.place_reminders()
        Event.record(Action.TASK_CREATED, task, by=by, name=task.title)
        return task

    @classmethod
    def concerning(cls, user: User) -> Any:
        """The condition that ``user`` is to do it, or to take part."""
        return or_(cls.assignee_id == user.id, cls.is_with(user))

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def is_overdue(self, today: date) -> bool:
        """Open, and due before ``today``."""
        return not self.is_done and self.due_on is not None and self.due_on < today

    def complete(self, *, by: User, result: Activity | None = None) -> None:
        """Done, and the next one of its series is made; what is done already stays as it is.

        :param result: what came of it.
        """
        if not self.is_done:
            self.done_at, self.done_by, self.result = clock.now(), by, result
            Event.record(Action.TASK_COMPLETED, self, by=by, name=self.title)
            self.go_on(by=by)

    def reopen(self, *, by: User) -> None:
        """Not done after all."""
        if self.is_done:
            self.done_at, self.done_by = None, None
            Event.record(Action.TASK_REOPENED, self, by=by, name=self.title)
            self.take_back_next(by=by)
            self.take_back_result(by=by)
            self.take_back_enough(by=by)

    def trash(self, *, by: User, goes_on: bool = True) -> None:
        """Move to the trash; the next one of its series is made, unless it was done or not so."""
        was_settled = self.is_trashed or self.is_done
        super().trash(by=by)
        if goes_on and not was_settled:
            self.go_on(by=by)

    def restore(self, *, by: User) -> None:
        """Take back from the trash; the next one, which was made for it, goes again."""
        was_settled = not self.is_trashed or self.is_done
        super().restore(by=by)
        if not was_settled:
            self.take_back_next(by=by)

    def assign_to(self, assignee: User, *, by: User, comment: str | None = None) -> None:
        """Give it to somebody to do.

        :param comment: what is said to them with it.
        """
        self.assignee = assignee
        self.note_changes(by=by, comment=comment)

    def put_off_to(self, day: date | None, *, by: User) -> None:
        """Make it due on another day, or on none."""
        self.due_on = day
        self.note_changes(by=by)

    def prioritise(self, *, urgent: bool, important: bool, by: User) -> None:
        """Make it as urgent and as important as that."""
        self.urgent, self.important = urgent, important
        self.note_changes(by=by)

    def note_changes(self, *, by: User, comment: str | None = None) -> None:
        """Record the pending changes, if there are any.

        :param comment: what is said to whoever it is given to by them.
        """
        changes = changes_of(self, self.TRACKED) | self.changes_of_participants()
        if changes:
            self.place_reminders()
            said = comment if comment and "assignee" in changes else ""
            Event.record(Action.TASK_CHANGED, self, by=by, name=self.title, changes=changes,
                         comment=said)  # fmt: skip

    def __str__(self) -> str:
        return self.title
