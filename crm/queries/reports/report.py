"""What a report is: measures, rows of figures, a drawing, and the list behind each figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Any, TypeVar
from unicodedata import east_asian_width

from flask import url_for
from flask_babel import format_date, format_decimal
from flask_babel import gettext as _

from crm.filters.base import ListFilter
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.reports import USUAL, ReportFilter
from crm.formatting import number, whole_money
from crm.models import Company, User
from crm.wording import REPORTS

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from crm.queries.reports.ways import Way

Amount = int | Decimal | None
Sums = TypeVar("Sums", bound=tuple[Any, ...])
# More than these are not drawn: the table has all of them.
MOST_DRAWN = 20
LONGEST_LABEL = 34


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
    tone: str = ""  # the colour of its part of a bar (layers.py)

    def words(self, value: Amount) -> str:
        """A figure as the page shows it: money and percent in whole numbers, days with a tenth."""
        if value is None:
            return "–"
        if self.kind is Kind.MONEY:
            return whole_money(Decimal(value))
        if self.kind is Kind.PERCENT:
            return f"{number(rounded(value))}%"
        if isinstance(value, int):
            return number(value)
        return format_decimal(rounded(value, "0.1"), "#,##0.0")

    def bare(self, value: Amount) -> str:
        """A figure in a table, below which the currency is named once for all amounts."""
        if value is not None and self.kind is Kind.MONEY:
            return number(rounded(value))
        return self.words(value)

    def exact(self, value: Amount) -> Amount:
        """A figure as a file has it: amounts to the cent, percent and days with one decimal."""
        if not isinstance(value, Decimal):
            return value
        return rounded(value, "0.01" if self.kind is Kind.MONEY else "0.1")


def rounded(value: Amount, to: str = "1") -> Decimal:
    """Rounded half up, to whole numbers or to a decimal."""
    return Decimal(value or 0).quantize(Decimal(to), rounding=ROUND_HALF_UP)


def share(part: Amount, whole: Amount) -> Decimal | None:
    """``part`` of ``whole`` in percent; of nothing there is none."""
    return Decimal(part or 0) * 100 / Decimal(whole) if whole else None


@dataclass(frozen=True)
class Page:
    """A page behind a figure that no list tells of: its endpoint, and what stands in its query."""

    endpoint: str
    args: tuple[tuple[str, Any], ...] = ()

    def url(self) -> str:
        return url_for(self.endpoint, **dict(self.args))


@dataclass(frozen=True)
class Figure:
    """A figure, and the list of what is behind it."""

    value: Amount
    list: ListFilter | Page | None = None


@dataclass(frozen=True)
class Row:
    """What a report says of one of its rows, and what it said of it in the compared days.

    By its key it is known in both.
    """

    key: str
    label: str
    figures: Sequence[Figure]
    before: Sequence[Figure] = ()


@dataclass(frozen=True)
class Part:
    """A part of a bar: where it begins and how wide it is, in percent of the drawing."""

    width: Decimal
    tone: str = "blue"
    begin: Decimal = Decimal(0)
    words: str = ""


@dataclass(frozen=True)
class Bar:
    """A row as it is drawn; ``mark`` is where it stood in the compared days, in percent."""

    label: str
    words: str
    parts: Sequence[Part]
    list: ListFilter | Page | None = None
    mark: Amount = None

    @property
    def short(self) -> str:
        """As much of its label as there is room for; a Chinese character takes that of two."""
        room = LONGEST_LABEL
        for at, character in enumerate(self.label):
            room -= 2 if east_asian_width(character) in "WF" else 1
            if room < 0:
                return f"{self.label[:at]}…"
        return self.label


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a report, and in words what can be seen in it."""

    title: str
    says: str
    bars: Sequence[Bar]
    # What the colours of the parts mean: words and tone.
    legend: Sequence[tuple[str, str]] = ()

    @property
    def drawn(self) -> Sequence[Bar]:
        return self.bars[:MOST_DRAWN]

    @property
    def left_off(self) -> int:
        """How many bars there is no room for."""
        return len(self.bars) - len(self.drawn)


@dataclass(frozen=True)
class Note:
    """What else is to be known of the figures, and the list of what it is about."""

    words: str
    list: ListFilter | Page | None = None


@dataclass(frozen=True)
class Table:
    """The figures of a report: ``head`` says what its rows are."""

    head: str
    measures: Sequence[Measure]
    rows: Sequence[Row]
    total: Row | None = None
    notes: Sequence[Note] = ()
    drawing: Drawing | None = None
    is_compared: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that any figure tells of."""
        return not any(figure.value for row in self.all_rows for figure in row.figures)

    @property
    def has_money(self) -> bool:
        return any(measure.kind is Kind.MONEY for measure in self.measures)

    @property
    def columns(self) -> list[list[int]]:
        """The measures as the page shows them, by number: some stand below the one before."""
        columns: list[list[int]] = []
        for at, measure in enumerate(self.measures):
            if measure.is_below:
                columns[-1].append(at)
            else:
                columns.append([at])
        return columns

    @property
    def all_rows(self) -> list[Row]:
        return [*self.rows, *([self.total] if self.total else [])]

    def beside(self, then: Table) -> Table:
        """These figures with those of other days; rows that only those had come last."""
        before = {row.key: row.figures for row in then.rows}
        rows = [replace(row, before=before.get(row.key, ())) for row in self.rows]
        here = {row.key for row in self.rows}
        nothing = [Figure(None) for _ in self.measures]
        rows += [
            replace(row, figures=nothing, before=row.figures)
            for row in then.rows
            if row.key not in here
        ]
        total = self.total
        if total and then.total:
            total = replace(total, before=then.total.figures)
        return replace(self, rows=rows, total=total, is_compared=True)


@dataclass(frozen=True)
class Report:
    """A report: how it is counted in words, how it is read, and how it is drawn.

    :param ways: what its rows can be; the first one is chosen where none was.
    """

    name: str
    icon: str
    asks: Any  # lazy: the question that it answers
    about: Any  # lazy: what the figures mean, as docs/metrics.md defines them
    read: Callable[[Any, User], Table] = field(repr=False)
    draw: Callable[[Table], Drawing] | None = field(default=None, repr=False)
    ways: tuple[Way, ...] = ()
    filter: type[ReportFilter] = ReportFilter
    has_days: bool = True
    usual: Days = USUAL  # its days where none were chosen

    @property
    def title(self) -> str:
        return str(REPORTS[self.name])

    def parse(self, args: MultiDict[str, str]) -> ReportFilter:
        """What it is of, as an address says."""
        return self.filter.of(self.name, args, self.usual)

    def way(self, filter: ReportFilter) -> Way:
        """What its rows are."""
        return next((way for way in self.ways if way.name == filter.by), self.ways[0])

    def told(self, filter: ReportFilter) -> str:
        """What it is of, in words, as it stands on paper: the days, and what narrows it."""
        says = [chip.words for chip in filter.chips]
        if not self.has_days:
            today = format_date(Company.current().today(), "medium")
            says.insert(0, _("As it stands on %(day)s", day=today))
        else:
            period = filter.period
            days = period.words()
            if period.is_named and period.first and period.last:
                days += f" ({Days.between(period.first, period.last).words()})"
            says.insert(0, days)
            if compared := filter.compared:
                says.insert(1, _("compared with %(days)s", days=compared.period.words()))
        return " · ".join(says)

    def of(self, filter: ReportFilter, user: User) -> Table:
        """Its figures, of what ``user`` sees, with those of the compared days and drawn."""
        table = self.read(filter, user)
        if self.has_days and (compared := filter.compared):
            table = table.beside(self.read(compared, user))
        return replace(table, drawing=self.draw(table)) if self.draw else table


def behind_first(row: Row, *places: int) -> ListFilter | Page | None:
    """What stands behind the first of these figures that is more than nothing."""
    figures = (row.figures[place] for place in places)
    return next((figure.list for figure in figures if figure.value), None)


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


def scaled(values: Iterable[Amount]) -> Callable[[Amount], Decimal]:
    """Amounts in percent of the largest one, to be drawn to one scale."""
    most = max((Decimal(value) for value in values if value), default=Decimal(0))
    return lambda value: Decimal(value or 0) * 100 / most if most else Decimal(0)
