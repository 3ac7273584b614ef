"""The day, the week or the month that a daily report is of, as the company's calendar has them."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from crm import clock
from crm.months import first_of_month

# With so many days before it a rep's day is compared; five of seven are working days.
DAYS_BEFORE = 28


class Stretch(StrEnum):
    """How long a daily report is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class ReportedDays(NamedTuple):
    """One day, a week from Monday, or a month; ``first`` is its first day."""

    stretch: Stretch
    first: date

    @classmethod
    def around(cls, stretch: Stretch, day: date) -> ReportedDays:
        """The ones that ``day`` is among."""
        if stretch is Stretch.WEEK:
            return cls(stretch, day - timedelta(days=day.weekday()))
        return cls(stretch, first_of_month(day) if stretch is Stretch.MONTH else day)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> ReportedDays:
        if self.stretch is Stretch.MONTH:
            return self._replace(first=first_of_month(self.first, 1))
        return self._replace(first=self.first + timedelta(days=self._length))

    @property
    def previous(self) -> ReportedDays:
        if self.stretch is Stretch.MONTH:
            return self._replace(first=first_of_month(self.first, -1))
        return self._replace(first=self.first - timedelta(days=self._length))

    @property
    def can_be_reported(self) -> bool:
        """Whether the days that it is compared with, and those after it, can be written."""
        before = self.first - timedelta(days=DAYS_BEFORE)
        return clock.is_near(min(before, self.previous.first)) and clock.is_near(self.next.last)

    @property
    def working_days(self) -> int:
        """How many of them are from Monday to Friday."""
        days = (self.last - self.first).days + 1
        return sum(is_working_day(self.first + timedelta(days=at)) for at in range(days))

    @property
    def weeks_before(self) -> list[tuple[date, date]]:
        """The working days of the four weeks before, each run of them from first to last."""
        days = [self.first - timedelta(days=back) for back in range(DAYS_BEFORE, 0, -1)]
        runs: list[tuple[date, date]] = []
        for day in filter(is_working_day, days):
            if runs and runs[-1][1] == day - timedelta(days=1):
                runs[-1] = runs[-1][0], day
            else:
                runs.append((day, day))
        return runs

    @property
    def _length(self) -> int:
        return 7 if self.stretch is Stretch.WEEK else 1


def is_working_day(day: date) -> bool:
    """From Monday to Friday; the firm's holidays are not known."""
    return day.weekday() < 5


WORKING_DAYS_BEFORE = DAYS_BEFORE // 7 * 5
