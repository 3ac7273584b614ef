"""Days in a filter: some that have a name, as this month, or from one day to another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from crm import clock
from crm.filters.address import range_of, read_day
from crm.models import Company
from crm.months import first_of_month, months_on

# The first and the last day, if there is one.
Ends = tuple[date | None, date | None]


def _months(today: date, first: int, count: int = 1) -> Ends:
    """``count`` whole months, the first of them ``first`` months after this one."""
    after = first_of_month(today, first + count)
    return first_of_month(today, first), after - timedelta(days=1)


def _year_before(today: date) -> date:
    """The day after that of a year ago: so a year ends today."""
    return months_on(today, -12) + timedelta(days=1)


def _week(today: date) -> Ends:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


NAMED: dict[str, tuple[Any, Callable[[date], Ends]]] = {
    "overdue": (_l("Overdue"), lambda today: (None, today - timedelta(days=1))),
    "by_today": (_l("By today"), lambda today: (None, today)),
    "this_week": (_l("This week"), _week),
    "this_month": (_l("This month"), lambda today: _months(today, 0)),
    "last_month": (_l("Last month"), lambda today: _months(today, -1)),
    "next_month": (_l("Next month"), lambda today: _months(today, 1)),
    "this_quarter": (_l("This quarter"), lambda today: _months(today, -((today.month - 1) % 3), 3)),
    "last_quarter": (
        _l("Last quarter"),
        lambda today: _months(today, -((today.month - 1) % 3) - 3, 3),
    ),
    "this_year": (_l("This year"), lambda today: _months(today, 1 - today.month, 12)),
    "last_year": (_l("Last year"), lambda today: _months(today, -11 - today.month, 12)),
    "twelve_months": (_l("The last 12 months"), lambda today: (_year_before(today), today)),
}


class Days(str):
    """``this_month``, or ``2026-01-01..2026-03-31``, open at either end."""

    def __new__(cls, written: str) -> Days:
        if written not in NAMED:
            first, last = range_of(written, read_day)
            if first and last and last < first:
                written = cls.between(last, first)
        return super().__new__(cls, written)

    @classmethod
    def between(cls, first: date | None, last: date | None) -> Days:
        """The days from ``first`` to ``last``, both among them."""
        return cls(f"{first or ''}..{last or ''}")

    @property
    def is_named(self) -> bool:
        return self in NAMED

    @property
    def first(self) -> date | None:
        return self._ends()[0]

    @property
    def last(self) -> date | None:
        return self._ends()[1]

    @property
    def are_whole_months(self) -> bool:
        """Whether they begin and end with a month."""
        begins, ends = self.first, self.last
        return bool(begins and ends and begins.day == 1 and (ends + timedelta(days=1)).day == 1)

    def shifted(self, months: int) -> Days | None:
        """The same days so many months later; none where they have no end.

        Whole months stay whole months.
        """
        first, last = self.first, self.last
        if first is None or last is None:
            return None
        if self.are_whole_months:
            after = months_on(last + timedelta(days=1), months)
            return Days.between(months_on(first, months), after - timedelta(days=1))
        return Days.between(months_on(first, months), months_on(last, months))

    def preceding(self) -> Days | None:
        """The days before these, as many as these; of whole months as many months."""
        first, last = self.first, self.last
        if first is None or last is None:
            return None
        if self.are_whole_months:
            return self.shifted(-((last.year - first.year) * 12 + last.month - first.month + 1))
        return Days.between(first - (last - first) - timedelta(days=1), first - timedelta(days=1))

    def of_day(self, column: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """The conditions that a day is one of these."""
        after = [column >= self.first] if self.first else []
        return after + ([column <= self.last] if self.last else [])

    def of_text(self, column: ColumnElement[str]) -> list[ColumnElement[bool]]:
        """The conditions that a day, written as ISO 8601 writes it, is one of these."""
        after = [column >= self.first.isoformat()] if self.first else []
        return after + ([column <= self.last.isoformat()] if self.last else [])

    def of_moment(self, column: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """The conditions that a moment is on one of these days, in the firm's time zone."""
        zone = Company.current().timezone
        after = [column >= clock.start_of(self.first, zone)] if self.first else []
        if self.last is None:
            return after
        return [*after, column < clock.start_of(self.last + timedelta(days=1), zone)]

    def words(self) -> str:
        """What they are called in the reader's language."""
        if self.is_named:
            return str(NAMED[self][0])
        first, last = (format_date(end, "medium") if end else "" for end in self._ends())
        if first and last:
            return first if first == last else _("%(first)s to %(last)s", first=first, last=last)
        return _("from %(day)s", day=first) if first else _("until %(day)s", day=last)

    def _ends(self) -> Ends:
        return (
            NAMED[self][1](Company.current().today()) if self.is_named else range_of(self, read_day)
        )
