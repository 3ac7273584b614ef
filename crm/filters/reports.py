"""What a report is of: its days, the days it is compared with, and what narrows it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

from flask import url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from crm.filters import facets
from crm.filters.activities import ActivityFilter
from crm.filters.address import read, sent
from crm.filters.base import ListFilter
from crm.filters.columns import Column
from crm.filters.customers import CustomerFilter
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.filters.expense_items import COUNTED, ExpenseItemFilter, OfDeals
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
List = TypeVar("List", bound=ListFilter)


@dataclass(frozen=True)
class ReportFilter(ListFilter):
    """The frame of what a report is of.

    Each kind of report is of what one list has, too: it narrows as the filter of that list does,
    and hands on what it narrows by.
    """

    report: str = ""
    period: Days = USUAL
    compare: Compared | None = None
    by: str = ""  # what a row is of, as the report says (queries/reports/ways.py)
    usual: Days = USUAL  # the days of this report where its address names none

    ENDPOINT: ClassVar[str] = "reports.show"
    COLUMNS: ClassVar[tuple[Column, ...]] = ()

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

    def _behind(self, kind: type[List], **changes: Any) -> List:
        """The list of that ``kind``, of what the report is of, narrowed further by ``changes``."""
        shared = {facet.name: getattr(self, facet.name) for facet in self.FACETS}
        return kind(**shared, own=self.own).changed(**changes)


def offered(kind: type[ListFilter], *names: str) -> tuple[Facet, ...]:
    """Those of a list's ways to narrow it that are called so."""
    return tuple(facet for facet in kind.FACETS if facet.name in names)


@dataclass(frozen=True)
class DealReportFilter(ReportFilter, DealFilter):
    """What a report of deals is of."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(
        DealFilter, "pipeline", "owner", "manager", "team", "source", "tags"
    )

    def deals(self, **changes: Any) -> DealFilter:
        """The deals that it is of, narrowed further by ``changes``."""
        return self._behind(DealFilter, **changes)

    def costs(self, **changes: Any) -> ExpenseItemFilter:
        """What was spent on these deals, whenever it was."""
        return ExpenseItemFilter(state=COUNTED, deals=OfDeals.of(self.deals(**changes)))


@dataclass(frozen=True)
class AttainmentFilter(DealReportFilter):
    """Of whom quotas are told: what somebody is to win is of all that they sell."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(DealFilter, "owner", "team")

    @classmethod
    def has_own_fields(cls) -> bool:
        return False


@dataclass(frozen=True)
class ActivityReportFilter(ReportFilter, ActivityFilter):
    """What a report of activities is of: of whose, and of which kinds."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(
        ActivityFilter, "owner", "manager", "team", "kind"
    )

    def activities(self, **changes: Any) -> ActivityFilter:
        """The activities that it is of, narrowed further by ``changes``."""
        return self._behind(ActivityFilter, **changes)


@dataclass(frozen=True)
class ReachReportFilter(ActivityReportFilter):
    """What a report of activities and of the customers that they reached is of.

    Whose they are narrows the customers, too: those that belong to these people, and those that
    they entered.
    """

    FACETS: ClassVar[tuple[Facet, ...]] = offered(ActivityFilter, "owner", "team", "kind")

    def customers(self, **changes: Any) -> CustomerFilter:
        """The customers that belong to whom it is of."""
        return CustomerFilter(owner=self.owner, team=self.team).changed(**changes)

    def entered(self, **changes: Any) -> CustomerFilter:
        """The customers that whom it is of entered, whoever owns them now."""
        return CustomerFilter(creator=self.owner, creator_team=self.team).changed(**changes)


@dataclass(frozen=True)
class CostReportFilter(ReportFilter, ExpenseItemFilter):
    """What a report of costs is of: the items that count, by the day on which they were spent."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(
        ExpenseItemFilter, "claimant", "team", "category", "customer", "deal"
    )

    def costs(self, **changes: Any) -> ExpenseItemFilter:
        """The items of its days, narrowed further by ``changes``."""
        return self._behind(
            ExpenseItemFilter, **{"state": COUNTED, "spent": self.period, **changes}
        )


@dataclass(frozen=True)
class BudgetReportFilter(ReportFilter, ExpenseItemFilter):
    """What a report of budgets is of: those for these teams, kinds, customers or deals."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(
        ExpenseItemFilter, "team", "category", "customer", "deal"
    )


@dataclass(frozen=True)
class ApprovalReportFilter(ReportFilter, ExpenseClaimFilter):
    """What a report of decisions is of: of documents that these handed in."""

    FACETS: ClassVar[tuple[Facet, ...]] = offered(ExpenseClaimFilter, "claimant", "team")

    def documents(self, kind: type[List], **changes: Any) -> List:
        """Those of one ``kind`` of list that it is of, narrowed further by ``changes``."""
        return self._behind(kind, **changes)
