"""The filter of the calendar: which days, entries of which kinds, and whose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import ColumnElement

from crm.filters import facets
from crm.filters.base import ListFilter
from crm.filters.facets import Facet, Person, members_of, of_people
from crm.models import Company, Task, User
from crm.reported_days import ReportedDays, Stretch


class EntryKind(StrEnum):
    """What stands in the calendar."""

    APPOINTMENT = "appointment"
    TASK = "task"
    CLOSE = "close"
    BIRTHDAY = "birthday"


KINDS = {
    EntryKind.APPOINTMENT: _l("Appointments"),
    EntryKind.TASK: _l("Tasks"),
    EntryKind.CLOSE: _l("Expected closes"),
    EntryKind.BIRTHDAY: lazy_pgettext("calendar", "Birthdays"),
}


@dataclass(frozen=True)
class CalendarFilter(ListFilter):
    """One's own entries of this month, unless the address says otherwise."""

    stretch: Stretch = Stretch.MONTH
    day: date | None = None
    kind: tuple[EntryKind, ...] = ()
    whose: tuple[Person, ...] = ()
    team: tuple[int, ...] = ()

    ENDPOINT: ClassVar[str] = "calendar.show"
    WAYS: ClassVar[str] = "tasks/_ways.html"
    KEPT: ClassVar[tuple[str, ...]] = ("stretch", "day")
    FACETS: ClassVar[tuple[Facet, ...]] = (
        facets.states("kind", _l("What it shows"), EntryKind, KINDS.__getitem__),
        facets.people("whose", _l("Whose"), Task.assignee_id),
        facets.teams("team", _l("Team")),
    )

    @classmethod
    def kinds(cls) -> dict[str, Any]:
        """What its page offers, and nothing else that lists are narrowed by."""
        offered = {*cls.KEPT, *(facet.name for facet in cls.FACETS)}
        return {name: kind for name, kind in super().kinds().items() if name in offered}

    @property
    def days(self) -> ReportedDays:
        """The day, the week or the month."""
        return ReportedDays.around(self.stretch, self.day or Company.current().today())

    @property
    def weeks(self) -> list[list[date]]:
        """What is drawn: whole weeks from Monday to Sunday; of a single day just that."""
        days = self.days
        if self.stretch is Stretch.DAY:
            return [[days.first]]
        monday = days.first - timedelta(days=days.first.weekday())
        count = (days.last - monday).days // 7 + 1
        return [[monday + timedelta(days=7 * week + day) for day in range(7)]
                for week in range(count)]  # fmt: skip

    def shows(self, kind: EntryKind) -> bool:
        """Whether entries of ``kind`` stand in it."""
        return not self.kind or kind in self.kind

    @property
    def shows_tasks(self) -> bool:
        """Whether any tasks stand in it, with a time or without."""
        return self.shows(EntryKind.APPOINTMENT) or self.shows(EntryKind.TASK)

    def of(self, column: Any, user: User) -> list[ColumnElement[bool]]:
        """The conditions that ``column`` is whose calendar this is: of ``user``, by default."""
        chosen = [*of_people(column, self.whose, user)]
        if self.team:
            chosen.append(column.in_(members_of(self.team)))
        return chosen or [column == user.id]

    def at(self, days: ReportedDays) -> Self:
        """The same of other days."""
        return replace(self, stretch=days.stretch, day=days.first)

    def week_of(self, day: date) -> Self:
        """The week that ``day`` is in."""
        return self.at(ReportedDays.around(Stretch.WEEK, day))

    def day_of(self, day: date) -> Self:
        """That day alone."""
        return self.at(ReportedDays(Stretch.DAY, day))

    def near(self, stretch: Stretch) -> Self:
        """As days, weeks or months: around today, if that is shown, else from the first on."""
        days, today = self.days, Company.current().today()
        if days.first <= today <= days.last:
            return replace(self, stretch=stretch, day=None)
        return self.at(ReportedDays.around(stretch, days.first))
