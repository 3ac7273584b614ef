"""The filter of the forecast, and its columns: the days on which deals are expected to close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, case

from crm.filters.columns import Column
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.deals.behind import DealGap
from crm.filters.deals.board import BoardFilter
from crm.filters.facets import Facet
from crm.models import Company, Deal, Span, Term

# This month and the next five have a column each.
MONTHS = 6
OVERDUE, LATER, UNDATED = "overdue", "later", "undated"
SHOWN = {"name", "customer", "amount", "stage", "expected", "owner"}


@dataclass(frozen=True)
class Slot:
    """A column of the forecast: ``first`` to ``last`` are its days, where it has them.

    :param sets: the day that a deal gets that comes into it from another one.
    """

    key: str
    first: date | None = None
    last: date | None = None
    sets: date | None = None

    __tablename__: ClassVar[str] = "slot"  # for the ids of its regions

    @property
    def id(self) -> str:
        return self.key

    @property
    def is_month(self) -> bool:
        return self.first is not None and self.last is not None

    @property
    def takes_deals(self) -> bool:
        """Whether a deal can be brought into it: no day that is past can be promised."""
        return self.key != OVERDUE

    @property
    def tone(self) -> str:
        """Its colour."""
        return {OVERDUE: "red", LATER: "grey", UNDATED: "grey"}.get(self.key, "blue")

    @property
    def words(self) -> str:
        """What it is called in the reader's language: ``Jun 2026``."""
        if self.first and self.last:
            return str(format_skeleton("yMMM", self.first, locale=get_locale()))
        return {OVERDUE: _("Overdue"), LATER: _("Later"), UNDATED: _("Without a day")}[self.key]

    def holds(self, deal: Deal) -> bool:
        """Whether an open deal stands in it."""
        return slot_of(deal.expected_close).key == self.key

    def condition(self) -> ColumnElement[bool]:
        """The SQL of ``holds``."""
        day = Deal.expected_close
        if self.key == UNDATED:
            return day.is_(None)
        ends = [day >= self.first] if self.first else []
        return and_(*ends, *([day <= self.last] if self.last else []))

    def narrows(self) -> dict[str, Any]:
        """How the list of deals is narrowed to it."""
        if self.key == UNDATED:
            return {"missing": (DealGap.EXPECTED_CLOSE,)}
        overdue = Days("overdue")
        return {"expected": overdue if self.key == OVERDUE else Days.between(self.first, self.last)}

    def day_for(self, deal: Deal) -> date | None:
        """When ``deal`` is expected to close in it: as before if it stands there already."""
        return deal.expected_close if self.holds(deal) else self.sets


def slots() -> list[Slot]:
    """Overdue, this month and the next five, later, without a day; this month begins today."""
    today = Company.current().today()
    found = [Slot(OVERDUE, last=today - timedelta(days=1))]
    term = Term.around(Span.MONTH, today)
    for _month in range(MONTHS):
        found.append(Slot(term.code, max(term.first, today), term.last, term.last))
        term = Term.around(Span.MONTH, term.last + timedelta(days=1))
    return [*found, Slot(LATER, first=term.first, sets=term.last), Slot(UNDATED)]


def slot_of(day: date | None) -> Slot:
    """The column of what is expected on ``day``."""
    overdue, *coming, undated = slots()
    if day is None:
        return undated
    return next((slot for slot in coming if slot.first and slot.first <= day
                 and (slot.last is None or day <= slot.last)), overdue)  # fmt: skip


def key_of_slot(found: Sequence[Slot]) -> ColumnElement[str]:
    """The SQL of the key of a deal's column."""
    return case(*((slot.condition(), slot.key) for slot in found))


def _columns() -> tuple[Column, ...]:
    """The parts of a card; of these the stage and the day that it is expected are told, too."""
    parts = {column.name: column for column in BoardFilter.COLUMNS}
    stage = next(column for column in DealFilter.COLUMNS if column.name == "stage")
    parts = {"name": parts.pop("name"), "stage": replace(stage, sort=())} | parts
    parts["expected"] = replace(parts["expected"], title=_l("Expected"))
    return tuple(replace(column, shown=name in SHOWN) for name, column in parts.items())


@dataclass(frozen=True)
class ForecastFilter(BoardFilter):
    """What narrows the forecast: its columns are months, and its deals are open."""

    ENDPOINT: ClassVar[str] = "forecast.index"
    KEPT: ClassVar[tuple[str, ...]] = ("sort", "columns")
    DEFAULT_SORT: ClassVar[str] = "expected"
    COLUMNS: ClassVar[tuple[Column, ...]] = _columns()
    FACETS: ClassVar[tuple[Facet, ...]] = tuple(
        facet for facet in DealFilter.FACETS if facet.name not in {"status", "closed", "reason"}
    )
