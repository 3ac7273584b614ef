"""What stands in one's calendar on a phone: the last two months and the year to come."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, case

from crm.extensions import db
from crm.filters.calendar import CalendarFilter, EntryKind
from crm.models import Company, Contact, Deal, Task, User
from crm.queries.birthdays import days_of_birth
from crm.queries.calendar.entries import Entry, closes_of, contacts_of, kind_of, tasks_of
from crm.queries.calendar.planned import planned_of

# Days, and entries of each kind at most: of more those to come go before those that are over.
BEFORE, AHEAD, MOST = 60, 365, 1_000
# Of what comes again, so many days ahead are told.
PLANNED_AHEAD = 92


def feed_of(user: User) -> list[Entry]:
    """The entries of one's own calendar, as far as ``user`` sees them now."""
    today, filter = Company.current().today(), CalendarFilter()
    first, last = today - timedelta(days=BEFORE), today + timedelta(days=AHEAD)

    def read(seen: Select[Any], day: Any, load: Any) -> list[Any]:
        dated = seen.where(day.between(first, last)).order_by(case((day >= today, 0), else_=1), day)
        return list(db.session.scalars(dated.options(*load).limit(MOST)).unique())

    tasks = read(tasks_of(filter, user), Task.due_on, Task.for_list())
    closes = read(closes_of(filter, user), Deal.expected_close, Deal.for_list())
    planned = planned_of(filter, user, today, today + timedelta(days=PLANNED_AHEAD))
    kept = days_of_birth(today + timedelta(days=ahead) for ahead in range(AHEAD))
    born = contacts_of(filter, user, kept).order_by(Contact.id).limit(MOST)
    return [
        *(Entry(kind_of(task), task.due_on, task, task.due_time) for task in tasks),
        *sorted(planned, key=attrgetter("day"))[:MOST],
        *(Entry(EntryKind.CLOSE, deal.expected_close, deal) for deal in closes),
        *(
            Entry(EntryKind.BIRTHDAY, kept[one.birthday.month, one.birthday.day], one)
            for one in db.session.scalars(born)
            if one.birthday
        ),
    ]
