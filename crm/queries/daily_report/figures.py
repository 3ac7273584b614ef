"""The figures of a daily report: how many, what they are, and what is usual for this rep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_

from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.days import Days
from crm.filters.facets import Person
from crm.reported_days import WORKING_DAYS_BEFORE, ReportedDays

# So many are named beside a figure; the others are behind it.
NAMED = 4


@dataclass(frozen=True)
class Named:
    """Something that a figure counts; ``id``: of its record, where the reader finds that."""

    words: str
    id: int | None = None
    note: str = ""


class Lists:
    """The lists behind one figure of all reps: they differ by the rep alone.

    A page has thousands: what their addresses share is put together once.
    """

    def __init__(self, everybody: ListFilter, whose: str) -> None:
        """:param whose: the name of the people by whom the list is narrowed to one rep."""
        self._everybody, self._whose = everybody, whose

    def of(self, rep_id: int) -> Theirs:
        """That of one rep."""
        return Theirs(self, rep_id)

    def narrowed(self, rep_id: int) -> ListFilter:
        return self._everybody.changed(**{self._whose: (Person(rep_id),)})

    @cached_property
    def beginning(self) -> str:
        """The address of each of them without the rep's id, which is its end."""
        url = self._everybody.url()
        return f"{url}{'&' if '?' in url else '?'}{self._whose}="


class Theirs(NamedTuple):
    """One of ``Lists``."""

    lists: Lists
    rep_id: int

    @property
    def list(self) -> ListFilter:
        return self.lists.narrowed(self.rep_id)

    @property
    def url(self) -> str:
        return f"{self.lists.beginning}{self.rep_id}"


@dataclass(frozen=True)
class Counted:
    """A figure: how many, some of them by name, and the list of all.

    :param usual: how many of them this rep has in as many working days; none where it is not asked.
    """

    count: int = 0
    behind: Theirs | None = None
    names: Sequence[Named] = ()
    different: int | None = None  # how many names there would be, where some count twice
    usual: Decimal | None = None
    amount: Decimal = Decimal(0)

    @property
    def list(self) -> ListFilter | None:
        return self.behind.list if self.behind and self.count else None

    @property
    def url(self) -> str:
        """The address of the list; none of nothing."""
        return self.behind.url if self.behind and self.count else ""

    @property
    def left_off(self) -> int:
        """How many are not named."""
        return (self.count if self.different is None else self.different) - len(self.names)


def on_working_days_before(days: ReportedDays, moment: Any) -> ColumnElement[bool]:
    """The condition that ``moment`` is on a working day of the four weeks before."""
    return or_(*(
        and_(*Days.between(first, last).of_moment(moment)) for first, last in days.weeks_before
    ))  # fmt: skip


def usual(days: ReportedDays, before: int) -> Decimal | None:
    """What so many in the four weeks ``before`` come to in as many working days as these are."""
    if not days.working_days:
        return None
    return Decimal(before) * days.working_days / WORKING_DAYS_BEFORE


def by_person(chosen: Select[Any], person: Any, *columns: Any) -> dict[int, tuple[Any, ...]]:
    """For each person the ``columns``, which sum up."""
    rows = db.session.execute(
        chosen.with_only_columns(person, *columns).group_by(person).order_by(None)
    )
    return {id: tuple(values) for id, *values in rows}
