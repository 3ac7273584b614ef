"""On which days birthdays are kept."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from datetime import date


def days_of_birth(days: Iterable[date]) -> dict[tuple[int, int], date]:
    """Month and day of the birthdays that are kept on ``days``, a year of them at most; and when.

    Who was born on February 29th keeps it on the 28th in the years that have no 29th.
    """
    kept: dict[tuple[int, int], date] = {}
    for day in days:
        kept[day.month, day.day] = day
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            kept[2, 29] = day
    return kept
