"""The calendar: what stands on each of its days, the first few of them, and how many more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import ClassVar

from crm.filters.calendar import CalendarFilter
from crm.models import Company, User
from crm.queries.calendar.entries import Entry, entries_of
from crm.queries.calendar.planned import planned_of
from crm.reported_days import Stretch, is_working_day

# So many entries of a day are shown, by how much room it has.
SHOWN = {Stretch.MONTH: 4, Stretch.WEEK: 12, Stretch.DAY: 100}


@dataclass
class Day:
    """A day with its first entries, and how many there are.

    :param is_inside: it is of the month that is shown, not of the weeks around it.
    """

    date: date
    is_inside: bool
    is_today: bool
    entries: list[Entry] = field(default_factory=list)
    total: int = 0

    __tablename__: ClassVar[str] = "day"  # for the ids of its regions

    @property
    def id(self) -> str:
        return self.date.isoformat()

    @property
    def left_off(self) -> int:
        """How many of its entries are not shown."""
        return self.total - len(self.entries)

    @property
    def is_working(self) -> bool:
        return is_working_day(self.date)


@dataclass
class Calendar:
    """The days of a filter, in weeks."""

    weeks: Sequence[Sequence[Day]]
    days: Sequence[Day] = field(init=False)

    def __post_init__(self) -> None:
        self.days = [day for week in self.weeks for day in week]

    @property
    def is_empty(self) -> bool:
        return not any(day.total for day in self.days)


def calendar(filter: CalendarFilter, user: User) -> Calendar:
    """The days that ``filter`` shows: as few queries, however many days and entries."""
    weeks = filter.weeks
    found = {day.date: day for day in days(filter, user, chain.from_iterable(weeks))}
    return Calendar([[found[day] for day in week] for week in weeks])


def days(filter: CalendarFilter, user: User, which: Iterable[date]) -> list[Day]:
    """Those of the days ``which`` that ``filter`` shows."""
    asked = set(which)
    wanted = [day for day in chain.from_iterable(filter.weeks) if day in asked]
    if not wanted:
        return []
    most, inside, today = SHOWN[filter.stretch], filter.days, Company.current().today()
    made = {day: Day(day, inside.first <= day <= inside.last, day == today) for day in wanted}
    for entries, totals in entries_of(filter, user, wanted, most):
        for day, total in totals.items():
            made[day].total += total
        for entry in entries:
            made[entry.day].entries.append(entry)
    for entry in planned_of(filter, user, min(wanted), max(wanted)):
        if entry.day in made:
            made[entry.day].total += 1
            made[entry.day].entries.append(entry)
    for each in made.values():
        each.entries.sort(key=attrgetter("place"))
        del each.entries[most:]
    return list(made.values())
