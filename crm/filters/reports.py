"""What a report is of: its days, the days it is compared with, and whose deals."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self

from flask import url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from crm.filters import facets
from crm.filters.activities import ActivityFilter
from crm.filters.address import read, sent
from crm.filters.columns import Column
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.facets import Facet
from crm.filters.narrowing import Panel


class Compared(StrEnum):
    """With which days a report compares its own."""

    BEFORE = "before"
    YEAR_BEFORE = "year_before"


COMPARED: dict[Compared, Any] = {
    Compared.BEFORE: _l("the days before"), Compared.YEAR_BEFORE: _l("a year earlier"),
}  # fmt: skip
PERIOD = facets.days(
    "period", _l("Period"), "this_month", "last_month", "this_quarter", "last_quarter",
    "this_year", "last_year", "twelve_months",
)  # fmt: skip
USUAL = Days("twelve_months")
ACTIVITIES_NARROWED_BY = ("owner", "manager", "team", "kind")
NARROWED_BY = ("pipeline", "owner", "manager", "team", "source", "tags")


@dataclass(frozen=True)
class ReportFilter(DealFilter):
    """What a report is of; it narrows as the list of deals does, to which its figures lead."""

    report: str = ""
    period: Days = USUAL
    compare: Compared | None = None
    by: str = ""  # what a row is of, as the report says (queries/reports/ways.py)
    usual: Days = USUAL  # the days of this report where its address names none

    ENDPOINT: ClassVar[str] = "reports.show"
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet for facet in DealFilter.FACETS if facet.name in NARROWED_BY
    )

    @classmethod
    def of(cls, report: str, args: MultiDict[str, str], usual: Days = USUAL) -> Self:
        """The filter of ``report`` that an address describes, or its ``usual`` days."""
        period = read(sent(args, "period"), Days) or usual
        return replace(cls.parse(args), report=report, usual=usual, period=period)

    @classmethod
    def kinds(cls) -> dict[str, Any]:
        """What its page offers, and nothing else that lists of deals are narrowed by."""
        offered = {*(facet.name for facet in cls.FACETS), "period", "compare", "by"}
        return {
            name: kind for name, kind in super().kinds().items()
            if name in offered or name.startswith("custom_")
        }  # fmt: skip

    def args(self, **changes: Any) -> dict[str, str]:
        args, changed = super().args(**changes), self.changed(**changes)
        days = {} if changed.period == changed.usual else {"period": str(changed.period)}
        return days | {name: each for name, each in args.items() if name not in ("period", "usual")}

    @property
    def bare_url(self) -> str:
        return url_for(self.ENDPOINT, report=self.report)

    @property
    def _defaults(self) -> dict[str, Any]:
        """Days and rows are chosen, they narrow nothing: they stay when the rest is cleared."""
        stays = {
            name: getattr(self, name) for name in ("report", "period", "compare", "by", "usual")
        }
        return super()._defaults | stays

    @property
    def periods(self) -> Panel:
        """The days that can be chosen."""
        return self._panel(PERIOD)

    @property
    def comparisons(self) -> list[tuple[str, str]]:
        """What it can be compared with."""
        return [(each.value, str(words)) for each, words in COMPARED.items()]

    @property
    def compared(self) -> Self | None:
        """The same report of the days it is compared with, if there are such days."""
        days = None
        with suppress(ValueError, OverflowError):  # before the first day that can be written
            if self.compare is Compared.BEFORE:
                days = self.period.preceding()
            elif self.compare is Compared.YEAR_BEFORE:
                days = self.period.shifted(-12)
        return replace(self, period=days, compare=None) if days else None

    def deals(self, **changes: Any) -> DealFilter:
        """The list of the deals that it is of, narrowed further by ``changes``."""
        shared = {name: getattr(self, name) for name in NARROWED_BY}
        return DealFilter(**shared, own=self.own).changed(**changes)


@dataclass(frozen=True)
class AttainmentFilter(ReportFilter):
    """Of whom quotas are told: what somebody is to win is of all that they sell."""

    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet for facet in DealFilter.FACETS if facet.name in ("owner", "team")
    )

    @classmethod
    def has_own_fields(cls) -> bool:
        return False


@dataclass(frozen=True)
class ActivityReportFilter(ReportFilter):
    """What a report of activities is of: of whose, and of which kinds."""

    kind: tuple[int, ...] = ()

    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet for facet in ActivityFilter.FACETS if facet.name in ACTIVITIES_NARROWED_BY
    )

    @classmethod
    def has_own_fields(cls) -> bool:
        return False

    def activities(self, **changes: Any) -> ActivityFilter:
        """The list of the activities that it is of, narrowed further by ``changes``."""
        shared = {name: getattr(self, name) for name in ACTIVITIES_NARROWED_BY}
        return ActivityFilter(**shared).changed(**changes)
