"""The figures of a report: what each measures, how it is written, and the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Any, TypeVar

from flask import url_for
from flask_babel import format_decimal

from crm.base import half_up
from crm.filters.base import ListFilter
from crm.filters.columns import Kind
from crm.formatting import number, whole_money

Amount = int | Decimal | None
Sums = TypeVar("Sums", bound=tuple[Any, ...])


class Of(StrEnum):
    """What a figure is of the list behind it; of no other figure the list says how large it is."""

    COUNT = "count"
    AMOUNT = "amount"  # the sum of the base amounts
    WEIGHTED = "weighted"  # of the amounts × chance


@dataclass(frozen=True)
class Measure:
    """A column of a report."""

    title: Any  # lazy, in the reader's language
    kind: Kind = Kind.NUMBER
    of: Of | None = None
    is_now: bool = False  # as it is now, whatever the days: compared with nothing
    is_below: bool = False  # stands below the one before it; files have it in a column of its own
    is_fine: bool = False  # percent so few that parts of one tell something
    tone: str = ""  # the colour of its part of a bar (drawing.py: layered)

    def words(self, value: Amount) -> str:
        """A figure as the page shows it: money and percent in whole numbers, days with a tenth."""
        if value is None:
            return "–"
        if self.kind is Kind.MONEY:
            return whole_money(rounded(value))
        if self.kind is Kind.PERCENT and not self.is_fine:
            return f"{number(rounded(value))}%"
        if self.kind is Kind.PERCENT:
            return f"{_fine(Decimal(value))}%"
        if isinstance(value, int):
            return number(value)
        return format_decimal(rounded(value, "0.1"), "#,##0.0")

    def bare(self, value: Amount) -> str:
        """A figure in a table, below which the currency is named once for all amounts."""
        if value is not None and self.kind is Kind.MONEY:
            return number(rounded(value))
        return self.words(value)

    def exact(self, value: Amount) -> Amount:
        """A figure as a file has it: amounts to the cent, days and percent with one decimal.

        Fine percent of less than one have two.
        """
        if not isinstance(value, Decimal):
            return value
        two = self.kind is Kind.MONEY or (self.is_fine and _is_small(value))
        return rounded(value, "0.01" if two else "0.1")


@dataclass(frozen=True)
class Page:
    """A page behind a figure that no list tells of: its endpoint, and what stands in its query."""

    endpoint: str
    args: tuple[tuple[str, Any], ...] = ()

    def url(self) -> str:
        return url_for(self.endpoint, **dict(self.args))


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure, and the list of what is behind it, or what makes it: most rows are never drawn."""

    value: Amount
    behind: ListFilter | Page | Callable[[], ListFilter] | None = None

    @property
    def list(self) -> ListFilter | Page | None:
        return self.behind() if callable(self.behind) else self.behind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figure) and (self.value, self.list) == (other.value, other.list)

    __hash__ = None  # type: ignore[assignment]  # as of any that is compared by what it says


@dataclass(frozen=True)
class Row:
    """What a report says of one of its rows, and what it said of it in the compared days.

    By its key it is known in both.
    """

    key: str
    label: str
    figures: Sequence[Figure]
    before: Sequence[Figure] = ()
    alarm: str = ""  # why it stands out, in a word or two


def behind_first(row: Row, *places: int) -> ListFilter | Page | None:
    """What stands behind the first of these figures that is more than nothing."""
    figures = (row.figures[place] for place in places)
    return next((figure.list for figure in figures if figure.value), None)


def rounded(value: Amount, to: str = "1") -> Decimal:
    """Rounded half up, to whole numbers or to a decimal."""
    return half_up(Decimal(value or 0), to)


def _is_small(value: Decimal) -> bool:
    """Whether a tenth is too coarse to tell it from nothing, or from its neighbours."""
    return 0 < abs(value) < 1


def _fine(value: Decimal) -> str:
    if _is_small(value):
        return format_decimal(rounded(value, "0.01"), "#,##0.00")
    return format_decimal(rounded(value, "0.1"), "#,##0.0")


def share(part: Amount, whole: Amount) -> Decimal | None:
    """``part`` of ``whole`` in percent; of nothing there is none."""
    return Decimal(part or 0) * 100 / Decimal(whole) if whole else None


def middle(values: Sequence[int | Decimal]) -> Decimal | None:
    """The one in the middle; of an even number the mean of the two in the middle."""
    return median(map(Decimal, values)) if values else None


def mean(values: Sequence[int | Decimal]) -> Decimal | None:
    return sum(map(Decimal, values), Decimal(0)) / len(values) if values else None


def ninetieth(values: Sequence[int | Decimal]) -> int | Decimal | None:
    """The smallest one that nine of ten do not exceed."""
    return sorted(values)[(9 * len(values) + 9) // 10 - 1] if values else None


def added_up(found: Iterable[Sums], nothing: Sums) -> Sums:
    """Several sums as one; of none there is ``nothing``."""
    return type(nothing)(*map(sum, zip(nothing, *found, strict=True)))  # type: ignore[arg-type]
