"""The days on which tasks come again: their tasks are made only when the one before is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.calendar import CalendarFilter
from crm.models import Company, Customer, Noun, Task, TaskSeries, User
from crm.models.access import owned_within
from crm.queries.calendar.entries import Entry, kind_of, tasks_of
from crm.recurrence import Rule

# So many series are looked at.
MOST = 200


def planned_of(filter: CalendarFilter, user: User, first: date, last: date) -> list[Entry]:
    """The days from ``first`` to ``last`` on which an open task of the calendar comes again.

    As when it is made: later than its own day, and on no day that is over.
    """
    if not filter.shows_tasks:
        return []
    yesterday = Company.current().today() - timedelta(days=1)
    return [
        Entry(kind_of(series), day, task, series.due_time, is_planned=True)
        for task, series, series_on in _open_ones(filter, user, last)
        for day in Rule.parse(series.rule).between(
            max(series_on, yesterday, first - timedelta(days=1)), last, begins=series.begins_on
        )
    ]  # fmt: skip


def _open_ones(
    filter: CalendarFilter, user: User, last: date
) -> Iterator[tuple[Task, TaskSeries, date]]:
    """The last open task of each series that is in the calendar, with the day that it is for.

    Who takes part in this one alone, or sees it alone, is not told of those that follow.
    """
    chosen = (
        tasks_of(filter, user, TaskSeries)
        .add_columns(_sees(user), and_(*filter.of(TaskSeries.assignee_id, user)))
        .where(Task.done_at.is_(None), Task.series_on < last, TaskSeries.ended_at.is_(None))
        .order_by(Task.series_on.desc(), Task.id)
        .options(
            joinedload(Task.series).options(
                joinedload(TaskSeries.customer), joinedload(TaskSeries.deal)
            )
        )
        .limit(MOST)
    )
    known, whose = set(), _whose(filter, user)
    for task, sees, is_theirs in db.session.execute(chosen):
        series = task.series
        if series.id in known:
            continue
        known.add(series.id)
        people = set(series.people)
        if (sees or user.id in people) and (is_theirs or whose & people):
            yield task, series, task.series_on


def _sees(user: User) -> ColumnElement[bool]:
    """The condition that ``user`` will see what follows, though they do not take part."""
    return or_(
        owned_within(user, user.sees(Noun.TASKS), TaskSeries.assignee_id),
        TaskSeries.created_by_id == user.id,
        Customer.looked_after_by(user, TaskSeries.customer_id),
    )


def _whose(filter: CalendarFilter, user: User) -> set[int]:
    """The ids of those whose calendar this is."""
    if not filter.whose and not filter.team:
        return {user.id}
    return set(db.session.scalars(select(User.id).where(*filter.of(User.id, user))))
