"""What has a day: tasks and appointments, deals that are expected to close, birthdays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, extract, func, or_, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.calendar import CalendarFilter, EntryKind
from crm.filters.tasks import LIGHTNESS
from crm.models import Contact, Customer, Deal, Task, TaskSeries, User
from crm.models.task.participating import task_participant
from crm.queries.birthdays import days_of_birth


class Entry(NamedTuple):
    """One thing on a day; of an appointment ``at`` is its time by the company's clock."""

    kind: EntryKind
    day: date
    record: Any  # a task, a deal or a contact
    at: time | None = None
    # A task that comes again will be made for this day; ``record`` is the one before.
    is_planned: bool = False

    @property
    def told(self) -> Any:
        """What says what it is: of what is planned the series, as its task will be made."""
        return self.record.series if self.is_planned else self.record

    @property
    def is_done(self) -> bool:
        """It is a task, and nothing is left to do."""
        is_task = self.kind in (EntryKind.TASK, EntryKind.APPOINTMENT)
        return is_task and not self.is_planned and self.record.is_done

    @property
    def place(self) -> tuple[bool, time, bool, int]:
        """Where it stands on its day: by its time; without one, what is done comes last."""
        return self.at is None, self.at or time.min, self.is_done, list(EntryKind).index(self.kind)


# Month and day of a birthday: 229 is February 29th.
BORN = extract("month", Contact.birthday) * 100 + extract("day", Contact.birthday)
# The entries of some kinds, in the order of their days, and how many each day has of them.
Found = tuple[list[Entry], Counter[date]]


def entries_of(
    filter: CalendarFilter, user: User, days: Sequence[date], most: int
) -> Iterator[Found]:
    """What ``user`` sees on ``days`` of what ``filter`` shows, of each kind ``most`` a day.

    On a day what has a time comes first, then what is to be done, what is expected, birthdays, and
    what is done.
    """
    if filter.shows_tasks:
        yield _tasks(filter, user, days, most)
    if filter.shows(EntryKind.CLOSE):
        yield _closes(filter, user, days, most)
    if filter.shows(EntryKind.BIRTHDAY):
        yield _birthdays(filter, user, days, most)


def tasks_of(
    filter: CalendarFilter, user: User, told: type[Task | TaskSeries] = Task
) -> Select[Task]:
    """The tasks in the calendar, of any day: to be done by whose it is, or with them.

    :param told: ``TaskSeries``, joined, where the series says whose they are and at what time.
    """
    with_them = select(task_participant.c.task_id).where(
        *filter.of(task_participant.c.user_id, user)
    )
    to_be_done = and_(*filter.of(told.assignee_id, user))
    seen = Task.visible_to(user).where(or_(to_be_done, Task.id.in_(with_them)))
    if told is TaskSeries:
        seen = seen.join(Task.series)
    if not filter.shows(EntryKind.APPOINTMENT):
        return seen.where(told.due_time.is_(None))
    return seen if filter.shows(EntryKind.TASK) else seen.where(told.due_time.is_not(None))


def closes_of(filter: CalendarFilter, user: User) -> Select[Deal]:
    """The open deals in the calendar, whenever they are expected to close."""
    return Deal.visible_to(user).where(Deal.closed_at.is_(None), *filter.of(Deal.owner_id, user))


def contacts_of(
    filter: CalendarFilter, user: User, kept: Iterable[tuple[int, int]]
) -> Select[Contact]:
    """Those at the calendar's customers who were born on such a month and day."""
    born = [month * 100 + day for month, day in kept]
    return Contact.visible_to(user).where(BORN.in_(born), *filter.of(Customer.owner_id, user))


def kind_of(task: Task | TaskSeries) -> EntryKind:
    """Whether it has a time."""
    return EntryKind.TASK if task.due_time is None else EntryKind.APPOINTMENT


def _tasks(filter: CalendarFilter, user: User, days: Sequence[date], most: int) -> Found:
    seen = tasks_of(filter, user).where(Task.due_on.in_(days))
    order = (Task.due_time.is_(None), Task.due_time, Task.done_at.is_not(None), LIGHTNESS, Task.id)
    found, totals = [], Counter[date]()
    for task, total in _first(seen, Task, Task.due_on, order, most, Task.for_changes()):
        found.append(Entry(kind_of(task), task.due_on, task, task.due_time))
        totals[task.due_on] = total
    return found, totals


def _closes(filter: CalendarFilter, user: User, days: Sequence[date], most: int) -> Found:
    seen = closes_of(filter, user).where(Deal.expected_close.in_(days))
    found, totals = [], Counter[date]()
    order = (Deal.base_amount.desc(), Deal.id)
    for deal, total in _first(seen, Deal, Deal.expected_close, order, most, Deal.for_changes()):
        found.append(Entry(EntryKind.CLOSE, deal.expected_close, deal))
        totals[deal.expected_close] = total
    return found, totals


def _birthdays(filter: CalendarFilter, user: User, days: Sequence[date], most: int) -> Found:
    kept = days_of_birth(days)
    seen = contacts_of(filter, user, kept)
    found, born_on = [], {}
    order = (Contact.sort_name, Contact.id)
    for contact, total in _first(seen, Contact, BORN, order, most, (joinedload(Contact.customer),)):
        key = contact.birthday.month, contact.birthday.day
        found.append(Entry(EntryKind.BIRTHDAY, kept[key], contact))
        born_on[key] = total
    totals = Counter[date]()
    for key, total in born_on.items():  # of two days of birth that are kept on one day
        totals[kept[key]] += total
    return sorted(found, key=lambda entry: entry.day), totals


def _first(
    seen: Select[Any],
    model: Any,
    day: Any,
    order: tuple[Any, ...],
    most: int,
    load: tuple[Any, ...],
) -> Iterator[tuple[Any, int]]:
    """The first ``most`` records of each ``day``, each with how many that day has."""
    ranked = seen.with_only_columns(
        model.id,
        func.row_number().over(partition_by=day, order_by=order).label("place"),
        func.count().over(partition_by=day).label("total"),
    ).subquery()
    rows = (
        select(model, ranked.c.total)
        .join(ranked, ranked.c.id == model.id)
        .where(ranked.c.place <= most)
        .order_by(day, ranked.c.place)
    )
    yield from map(tuple, db.session.execute(rows.options(*load)).unique())
