"""The filter of the task list; that of its quadrants stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload, selectinload

from crm.filters import facets
from crm.filters.base import ListFilter
from crm.filters.columns import Column, Kind, person
from crm.filters.days import Days
from crm.filters.facets import Facet, Person, of_people
from crm.filters.tasks import grouping
from crm.filters.tasks.grouping import GROUPINGS, Grouping, Part
from crm.filters.tasks.priority import LIGHTNESS, QUADRANTS, Quadrant
from crm.formatting import hour
from crm.models import Company, Customer, Deal, ReminderRule, Task, User
from crm.paging import Order, Page
from crm.wording.fields import FIELDS


class TaskState(StrEnum):
    """Which tasks the list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    TODAY = "today"
    DONE = "done"


STATES = {
    TaskState.OPEN: lazy_pgettext("task", "Open"),
    TaskState.OVERDUE: _l("Overdue"),
    TaskState.TODAY: _l("Due today"),
    TaskState.DONE: _l("Done"),
}


def _priority(task: Task) -> str:
    said = [str(FIELDS[name]) for name in ("urgent", "important") if getattr(task, name)]
    return " · ".join(said)


@dataclass(frozen=True)
class TaskFilter(ListFilter):
    state: TaskState = TaskState.OPEN
    everyone: bool = False
    due: Days | None = None
    quadrant: tuple[Quadrant, ...] = ()
    done: Days | None = None
    assignee: tuple[Person, ...] = ()
    customer: int | None = None
    deal: int | None = None
    rule: int | None = None
    by: Grouping | None = None  # none: not in groups

    KEPT: ClassVar[tuple[str, ...]] = ("sort", "columns", "by")
    GROUPINGS: ClassVar[dict[Any, Any]] = GROUPINGS
    ENDPOINT: ClassVar[str] = "tasks.index"
    MODEL: ClassVar[Any] = Task
    FINDS_BY: ClassVar[Any] = _l("Title")
    NONE: ClassVar[str] = "tasks/tasks/_none.html"
    WAYS: ClassVar[str] = "tasks/_ways.html"
    DEFAULT_SORT: ClassVar[str] = "due"
    VIEWS: ClassVar[tuple[tuple[Any, str], ...]] = (
        (_l("Mine"), ""), (STATES[TaskState.OVERDUE], "state=overdue"),
        (STATES[TaskState.TODAY], "state=today"), (_l("Everybody's"), "everyone=1"),
        (STATES[TaskState.DONE], "state=done"),
    )  # fmt: skip
    # Whether a task may be ticked off depends on whose it is.
    LOADED: ClassVar[tuple[Any, ...]] = (joinedload(Task.assignee).joinedload(User.team),)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("tick", _l("Done"), lambda task: task.is_done, Kind.YES,
               partial="tasks/tasks/_tick_cell.html"),
        Column("title", FIELDS["title"], lambda task: task.title, Kind.TITLE,
               sort=(Task.sort_name,)),
        Column("customer", FIELDS["customer"], lambda task: task.customer, Kind.LINK,
               load=(joinedload(Task.customer),)),
        Column("deal", FIELDS["deal"], lambda task: task.deal, Kind.LINK, minor=True,
               load=(joinedload(Task.deal),)),
        Column("priority", _l("Priority"), _priority, Kind.BADGE, sort=(LIGHTNESS,),
               tone=lambda task: "red" if task.urgent else "amber"),
        Column("due", FIELDS["due_on"], lambda task: task.due_on, Kind.DAY,
               sort=(Task.due_on, Task.due_time, LIGHTNESS), partial="tasks/tasks/_due_cell.html"),
        Column("time", FIELDS["due_time"], lambda task: task.due_time and hour(task.due_time),
               shown=False),
        person(Task.assignee),
        Column("participants", FIELDS["participants"], lambda task: task.participants,
               partial="tasks/tasks/_people_cell.html",
               load=(selectinload(Task.participants),), shown=False),
        Column("done", _l("Done on"), lambda task: task.done_at, Kind.DAY, sort=(Task.done_at,),
               shown=False),
        Column("created", _l("Created on"), lambda task: task.created_at, Kind.DAY,
               sort=(Task.created_at,), shown=False),
        person(Task.created_by, _l("Written by"), shown=False),
        Column("note", FIELDS["note"], lambda task: task.note, Kind.LONG, shown=False),
    )  # fmt: skip
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("state", _l("Status"), TaskState, STATES.__getitem__),
        facets.days("due", FIELDS["due_on"], "by_today", "this_week", "this_month"),
        facets.states("quadrant", _l("Priority"), Quadrant, QUADRANTS.__getitem__),
        facets.days("done", _l("Done on"), "this_week", "this_month", "last_month"),
        facets.switch("everyone", _l("Everybody's")),
        facets.people("assignee", FIELDS["assignee"], Task.assignee_id),
        facets.record("customer", FIELDS["customer"], Customer),
        facets.record("deal", FIELDS["deal"], Deal),
        facets.record("rule", _l("Reminder rule"), ReminderRule),
    )

    @property
    def default_columns(self) -> tuple[Column, ...]:
        """What stands in the headings of the groups is no column as well."""
        said = {Grouping.CUSTOMER: "customer", Grouping.DEAL: "deal"}
        headed = said.get(self.by) if self.by else None
        return tuple(column for column in super().default_columns if column.name != headed)

    @property
    def carried(self) -> dict[str, str]:
        """As of any list, but for what the form above it asks for itself."""
        return {name: value for name, value in super().carried.items() if name != "by"}

    def shown_as(self, endpoint: str) -> str:
        """The address of the list or of the quadrants, narrowed as this is."""
        return self.from_start(sort="", columns=(), view=None, by=None).url(endpoint)

    def placed(self, user: User) -> Order:
        order = super().placed(user)
        return Order((*grouping.keys(self.by), *order.keys)) if self.by else order

    def in_groups(self, page: Page[Any], user: User) -> list[Part]:
        if self.by is None:
            return super().in_groups(page, user)
        is_done = self.state is TaskState.DONE
        return grouping.parts(self.by, page.records, self.narrow(user), done=is_done)

    def loaded_for(self, user: User) -> tuple[Any, ...]:
        about = {Grouping.CUSTOMER: Task.customer, Grouping.DEAL: Task.deal}
        named = (joinedload(about[self.by]),) if self.by in about else ()
        return (*super().loaded_for(user), *named)

    def narrow(self, user: User) -> Select[Any]:
        chosen = Task.visible_to(user).where(*self._state(), *self._about(user))
        if self.due:
            chosen = chosen.where(*self.due.of_day(Task.due_on))
        if self.quadrant:
            chosen = chosen.where(or_(*(each.condition for each in self.quadrant)))
        if self.done:
            chosen = chosen.where(*self.done.of_moment(Task.done_at))
        return chosen.where(Task.matching(self.q)) if self.q else chosen

    def _about(self, user: User) -> list[Any]:
        """Whose tasks, and about what; mine unless others' are asked for."""
        about = [*of_people(Task.assignee_id, self.assignee, user)]
        if self.customer is not None:
            about.append(Task.customer_id == self.customer)
        if self.deal is not None:
            about.append(Task.deal_id == self.deal)
        if self.rule is not None:
            about.append(Task.is_by_rule(self.rule))
        return about if about or self.everyone else [Task.concerning(user)]

    def _state(self) -> list[Any]:
        if self.state is TaskState.DONE:
            return [Task.done_at.is_not(None)]
        today = Company.current().today()
        when = {TaskState.OVERDUE: [Task.due_on < today], TaskState.TODAY: [Task.due_on == today]}
        return [Task.done_at.is_(None), *when.get(self.state, [])]
