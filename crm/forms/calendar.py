"""Forms: an entry of the calendar goes to another day, and back."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError
from wtforms.validators import Optional

from crm.filters.address import read_day
from crm.formatting import day as day_word
from crm.forms.base import BaseForm
from crm.forms.doubts import AsksAgain
from crm.forms.fields import DayField, Required
from crm.models import Company, Deal, Task, User


class Meanwhile(Exception):
    """The record is not as it was shown: somebody changed, finished or closed it."""


class CalendarMoveForm(AsksAgain, BaseForm):
    """The day that was chosen, and the one on which the entry was seen."""

    day = DayField(_l("Day"), validators=[Required()], quick=("today", "tomorrow", "next_week"))
    from_day = HiddenField()

    def __init__(self, record: Task | Deal) -> None:
        self.record = record
        super().__init__(obj=record, day=day_of(record))

    def validate_day(self, field: DayField) -> None:
        """No day that is past can be expected; as in the forecast."""
        if isinstance(self.record, Deal) and field.data and field.data < _today():
            raise ValidationError(_("A day that is past cannot be expected: choose a later one."))

    def doubted(self) -> list[str]:
        """What is put on a day that is past is overdue at once."""
        if self.day.data is None or self.day.data >= _today():
            return []
        return [_("%(day)s is past: it is overdue at once.", day=day_word(self.day.data))]

    def move(self, *, by: User) -> bool:
        """Put the record on the day chosen; ``False`` if that cannot be, or is asked about.

        :raises Meanwhile: it is not as the mover saw it.
        """
        _hold_as_seen(self.version.data, self.record)
        if not self.validate_on_submit():
            return False
        put(self.record, self.day.data, by=by)
        return True

    @property
    def days_touched(self) -> set[date]:
        """Where the entry was seen, where it was to go, and where it is."""
        touched = {self.day.data, day_of(self.record)}
        with suppress(ValueError):  # a form on a page of its own may not know
            touched.add(read_day(self.from_day.data or ""))
        return {day for day in touched if day}


class CalendarBackForm(BaseForm):
    """The day before, or none, and the version that the move left."""

    day = DayField("", validators=[Optional()])

    def take_back(self, record: Task | Deal, *, by: User) -> None:
        """Put ``record`` on that day again; a deal was not moved from no day.

        :raises Meanwhile: it is not as the move left it.
        """
        _hold_as_seen(self.version.data, record)
        if not self.validate_on_submit() or (isinstance(record, Deal) and not self.day.data):
            raise Meanwhile
        put(record, self.day.data, by=by)


def day_of(record: Task | Deal) -> date | None:
    """On which day it stands in the calendar."""
    return record.due_on if isinstance(record, Task) else record.expected_close


def put(record: Task | Deal, day: date | None, *, by: User) -> None:
    """Put it on ``day`` or on none: of a task that comes again this one alone."""
    if isinstance(record, Task):
        record.put_off_to(day, by=by)
    else:
        record.expect_close_on(day, by=by)


def _hold_as_seen(version: str | None, record: Task | Deal) -> None:
    is_settled = record.is_done if isinstance(record, Task) else not record.is_open
    if is_settled or version != str(record.version):
        raise Meanwhile


def _today() -> date:
    return Company.current().today()
