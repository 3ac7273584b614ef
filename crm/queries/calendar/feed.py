"""What stands in one's calendar on a phone: the last two months and the year to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, case
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters.calendar import CalendarFilter, EntryKind
from crm.models import Company, Contact, Deal, Task, User
from crm.queries.birthdays import days_of_birth
from crm.queries.calendar.entries import Entry, closes_of, contacts_of, kind_of, tasks_of
from crm.queries.calendar.planned import planned_of

# Days, and entries of each kind at most: of more the next ones go before those further off, and
# those to come before those that are over.
BEFORE, AHEAD, MOST = 60, 365, 1_000
# Of what comes again, so many days ahead are told.
PLANNED_AHEAD = 92


def feed_of(user: User) -> list[Entry]:
    """The entries of one's own calendar, as far as ``user`` sees them now."""
    today, filter = Company.current().today(), CalendarFilter()
    first, last = today - timedelta(days=BEFORE), today + timedelta(days=AHEAD)

    def read(seen: Select[Any], model: Any, day: Any) -> list[Any]:
        over = case((day < today, day))
        dated = seen.where(day.between(first, last)).order_by(
            over.desc().nulls_first(), day, model.id
        )
        return list(db.session.scalars(dated.options(*model.for_list()).limit(MOST)).unique())

    tasks = read(tasks_of(filter, user), Task, Task.due_on)
    closes = read(closes_of(filter, user), Deal, Deal.expected_close)
    planned = planned_of(filter, user, today, today + timedelta(days=PLANNED_AHEAD))
    return [
        *(Entry(kind_of(task), task.due_on, task, task.due_time) for task in tasks),
        *sorted(planned, key=attrgetter("day"))[:MOST],
        *(Entry(EntryKind.CLOSE, deal.expected_close, deal) for deal in closes),
        *_birthdays(filter, user, today),
    ]


def _birthdays(filter: CalendarFilter, user: User, today: date) -> Iterator[Entry]:
    """Those of the last two months and of the year to come: in those two months one comes twice."""
    spans = range(-BEFORE, 0), range(AHEAD)
    over, ahead = (days_of_birth(today + timedelta(days=day) for day in span) for span in spans)
    born = contacts_of(filter, user, over | ahead).options(joinedload(Contact.customer))
    for one in db.session.scalars(born.order_by(Contact.id).limit(MOST)):
        assert one.birthday
        key = one.birthday.month, one.birthday.day
        yield from (Entry(EntryKind.BIRTHDAY, kept[key], one)
                    for kept in (over, ahead) if key in kept)  # fmt: skip
