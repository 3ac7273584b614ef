"""The days on which tasks come again: their tasks are made only when the one before is done."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.calendar import CalendarFilter
from crm.models import Company, Task, TaskSeries, User
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
    open_ones = (
        tasks_of(filter, user, TaskSeries)
        .where(Task.done_at.is_(None), Task.series_on < last, TaskSeries.ended_at.is_(None))
        .order_by(Task.series_on.desc(), Task.id)
        .options(
            joinedload(Task.series).options(
                joinedload(TaskSeries.customer), joinedload(TaskSeries.deal)
            )
        )
        .limit(MOST)
    )
    latest: dict[int, Task] = {}  # of each series
    for task in db.session.scalars(open_ones):
        latest.setdefault(task.series_id or 0, task)
    yesterday = Company.current().today() - timedelta(days=1)
    return [
        Entry(kind_of(task.series), day, task, task.series.due_time, is_planned=True)
        for task in latest.values()
        if task.series and task.series_on
        for day in Rule.parse(task.series.rule).between(
            max(task.series_on, yesterday, first - timedelta(days=1)), last,
            begins=task.series.begins_on,
        )
    ]  # fmt: skip
