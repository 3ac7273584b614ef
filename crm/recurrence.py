"""Rules of what comes again, as RFC 5545 writes them: on which days it does.

Of what the standard knows, these are the rules that the form can say and words can tell. Days are
days of the calendar, without a clock: no daylight saving moves them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from dateutil.rrule import rrule, rruleset, rrulestr

from crm import clock
from crm.months import first_of_month

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
# The nth weekday of a month: the first to the fourth, and the last.
PLACES = (1, 2, 3, 4, LAST)
MOST_EVERY, MOST_TIMES = 99, 999


class Every(StrEnum):
    """What is counted between one time and the next."""

    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


@dataclass(frozen=True)
class Rule:
    """Every so many days, weeks, months or years; until a day, so many times, or for good.

    :param weekdays: of a week, and of a month with ``place``: 0 is Monday.
    :param day: of a month; -1 is its last.
    :param place: which of the weekdays of a month; -1 is the last.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    place: int | None = None
    until: date | None = None
    times: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The rule that ``str`` wrote.

        :raises ValueError: it is none, or one that cannot be told here.
        """
        parts = dict(part.split("=", 1) for part in text.split(";"))
        days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
        place = days[0][:-2] if days else ""
        until = parts.get("UNTIL")
        rule = cls(
            Every(parts["FREQ"]),
            int(parts.get("INTERVAL", 1)),
            tuple(WEEKDAYS.index(day[-2:]) for day in days),
            int(parts["BYMONTHDAY"]) if "BYMONTHDAY" in parts else None,
            int(place) if place else None,
            datetime.strptime(until, "%Y%m%d").date() if until else None,  # noqa: DTZ007  # a day
            int(parts["COUNT"]) if "COUNT" in parts else None,
        )
        if str(rule) != text:
            raise ValueError(text)
        return rule

    def __str__(self) -> str:
        """As RFC 5545 writes it."""
        days = ",".join(f"{self.place or ''}{WEEKDAYS[day]}" for day in self.weekdays)
        parts = {
            "FREQ": self.every.value,
            "INTERVAL": self.interval if self.interval > 1 else None,
            "BYDAY": days or None,
            "BYMONTHDAY": self.day,
            "UNTIL": self.until and f"{self.until:%Y%m%d}",
            "COUNT": self.times,
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value is not None)

    def after(self, day: date, *, begins: date) -> date | None:
        """The first day later than ``day``; ``None`` when the rule is at its end, or of our years.

        :param begins: from which day on its weeks, months and times are counted.
        """
        begins = self._begins_near(day, begins)
        later = self._days(begins).after(datetime.combine(day, time.min))
        return later.date() if later and clock.is_near(later) else None

    def between(self, day: date, last: date, *, begins: date) -> list[date]:
        """Its days later than ``day``, up to ``last``.

        :param begins: as for ``after``.
        """
        begins, ends = self._begins_near(day, begins), datetime.combine(last, time.max)
        found = self._days(begins).between(datetime.combine(day, time.min), ends)
        return [each.date() for each in found]

    def left_from(self, day: date, *, begins: date) -> Self:
        """The same rule with as many times as are left from ``day`` on."""
        if self.times is None:
            return self
        passed = sum(each.date() < day for each in self._days(begins))
        return replace(self, times=max(1, self.times - passed))

    def leaves_out(self, begins: date) -> bool:
        """Whether some months or years do not have its day, and are left out."""
        if self.every is Every.YEAR:
            return (begins.month, begins.day) == (2, 29)
        return self.every is Every.MONTH and (self.day or 0) > 28

    def _begins_near(self, day: date, begins: date) -> date:
        """From which day on its days later than ``day`` are the same as from ``begins`` on.

        Whole rounds are left out: what begins long ago is not gone through from its first day, of
        which there can be tens of thousands. Of so many times each counts, and years are few.
        """
        if day <= begins or self.times is not None:
            return begins
        if self.every in (Every.DAY, Every.WEEK):
            round = self.interval * (7 if self.every is Every.WEEK else 1)
            return begins + timedelta(days=(day - begins).days // round * round)
        months = (day.year - begins.year) * 12 + day.month - begins.month
        rounds = months // self.interval
        if self.every is Every.MONTH and rounds and (self.day or self.weekdays):
            return first_of_month(begins, rounds * self.interval)
        return begins

    def _days(self, begins: date) -> rrule | rruleset:
        """Its days. What begins counts as the first of so many times, whatever the rule says of
        its day (RFC 5545, 3.8.5.3); dateutil counts it only where it fits."""
        start = datetime.combine(begins, time.min)
        if self.times is None or start in _rrule(replace(self, times=None), start):
            return _rrule(self, start)
        days = rruleset()
        days.rdate(start)
        if self.times > 1:
            days.rrule(_rrule(replace(self, times=self.times - 1), start))
        return days


def _rrule(rule: Rule, start: datetime) -> rrule:
    days = rrulestr(str(rule), dtstart=start)
    assert isinstance(days, rrule)
    return days
