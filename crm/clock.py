"""What time it is: the one place that asks, so that tests can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

# Years further off are a slip of the hand; no sum of days in between leads out of the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2200

_set_to: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _set_to or datetime.now(UTC)


def set_to(moment: datetime | None) -> None:
    """Stop the clock at ``moment`` (tests); ``None`` lets it run again."""
    global _set_to
    _set_to = moment


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock at ``moment`` inside the block; afterwards it is as it was before."""
    before = _set_to
    set_to(moment)
    try:
        yield
    finally:
        set_to(before)


def is_near(day: date) -> bool:
    """Whether ``day``, or a moment, is no further off than anybody means."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def day_of(moment: datetime, timezone: str) -> date:
    """The day that ``moment`` belongs to in ``timezone``."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def start_of(day: date, timezone: str) -> datetime:
    """The first moment of ``day`` in ``timezone``, in UTC."""
    return moment_of(day, time.min, timezone)


def moment_of(day: date, at: time, timezone: str) -> datetime:
    """The moment when the clocks of ``timezone`` show ``at`` on ``day``, in UTC.

    What they show twice is meant the first time; what they leave out is as late as it would be.
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def is_timezone(name: str) -> bool:
    """Whether ``name`` is a time zone, such as ``Asia/Shanghai``."""
    return name in available_timezones()
