"""Days so many months earlier or later."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def first_of_month(day: date, months: int = 0) -> date:
    """The first day of the month that lies ``months`` after that of ``day``."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def months_on(day: date, months: int) -> date:
    """The same day ``months`` later; the last one of a month that has none."""
    first = first_of_month(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
