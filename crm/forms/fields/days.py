"""Fields that read days and moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, TimeField
from wtforms.validators import Optional

from crm import clock
from crm.models import Company
from crm.months import months_on


def _a_month_after(day: date) -> date:
    """The same day of the next month, or its last one."""
    return months_on(day, 1)


# "Next week" is its Monday; of two names for one day the first is offered.
QUICK_DAYS: dict[str, tuple[Any, Callable[[date], date]]] = {
    "last_month": (_l("End of last month"), lambda today: today.replace(day=1) - timedelta(days=1)),
    "yesterday": (_l("Yesterday"), lambda today: today - timedelta(days=1)),
    "today": (_l("Today"), lambda today: today),
    "tomorrow": (_l("Tomorrow"), lambda today: today + timedelta(days=1)),
    "next_week": (_l("Next week"), lambda today: today + timedelta(days=7 - today.weekday())),
    "in_a_week": (_l("In a week"), lambda today: today + timedelta(days=7)),
    "in_a_month": (_l("In a month"), _a_month_after),
    "in_three_months": (
        _l("In 3 months"),
        lambda today: _a_month_after(_a_month_after(_a_month_after(today))),
    ),
}


def quick_day(name: str) -> tuple[str, date]:
    """What a quick day is called, and which one it is today."""
    words, day = QUICK_DAYS[name]
    return str(words), day(Company.current().today())


class DayField(DateField):
    """A day, by the browser's own picker; an empty one is ``None``.

    :param quick: the days offered as buttons beside it: names of ``QUICK_DAYS``.
    """

    data: Any

    def __init__(self, label: str, *, quick: tuple[str, ...] = (), **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.quick = quick

    def quick_days(self) -> list[tuple[str, date]]:
        """What stands on each button, and its day: no day twice."""
        offered = [quick_day(name) for name in reversed(self.quick)]
        words = {day: text for text, day in offered}
        return [(words[day], day) for day in sorted(words)]

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None  # an emptied field does not keep what the record has
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None and not clock.is_near(self.data):
            self.data = None
            raise ValueError(_("This day is too far away."))


class ClockField(TimeField):
    """A time of day to the minute, by the browser's own picker; an empty one is ``None``."""

    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, format=["%H:%M", "%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None:
            self.data = self.data.replace(second=0)


class MomentField(DateTimeLocalField):
    """A day and a time in the writer's zone; its data is aware. An empty one is ``None``.

    Browsers ask for minutes: what was shown and not changed keeps its seconds.
    """

    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, format=formats, tz=_zone_of_writer, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        before, self.data = self.object_data, None
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None and not clock.is_near(self.data):
            self.data = None
            raise ValueError(_("This day is too far away."))
        if before and self.data and before - timedelta(minutes=1) < self.data <= before:
            self.data = before


def _zone_of_writer() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))
