"""What a report is: how it is asked for, read, told in words, and put beside other days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_babel import format_date
from flask_babel import gettext as _

from crm.filters.base import ListFilter
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.reports import USUAL, DealReportFilter, ReportFilter
from crm.models import Company, Deal, ExpenseClaim, User
from crm.queries.reports.drawing import Drawing
from crm.queries.reports.figures import Figure, Measure, Page, Row
from crm.wording import REPORTS

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from crm.queries.reports.ways import Way


# More rows than these are too many to read on a page.
MOST_SHOWN = 300


class Topic(StrEnum):
    """What a report is about: its page stands with those of the same topic."""

    DEALS = "deals"
    ACTIVITIES = "activities"
    COSTS = "costs"


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
    is_timeline: bool = False  # its rows are days that follow each other

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that any figure tells of."""
        return not any(figure.value for row in self.all_rows for figure in row.figures)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows that a page has room for; a file has all of them."""
        return self.rows[:MOST_SHOWN]

    @property
    def left_off(self) -> int:
        """How many rows there is no room for."""
        return len(self.rows) - len(self.shown)

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
        """These figures with those of other days; rows and measures that only those had come last.

        What a report measures can depend on its days: a kind of cost on which nothing was spent.
        """
        known = self._titles
        # Of what only those had, nothing is drawn here.
        more = [replace(each, tone="") for each in then.measures if str(each.title) not in known]
        measures = [*self.measures, *more]
        now, then = self._measured_by(measures), then._measured_by(measures)
        before = {row.key: row.figures for row in then.rows}
        rows = [replace(row, before=before.get(row.key, ())) for row in now.rows]
        here = {row.key for row in rows}
        nothing = [Figure(None) for _ in measures]
        rows += [
            replace(row, figures=nothing, before=row.figures)
            for row in then.rows
            if row.key not in here
        ]
        total = now.total
        if total and then.total:
            total = replace(total, before=then.total.figures)
        return replace(now, rows=rows, total=total, is_compared=True)

    @property
    def _titles(self) -> list[str]:
        return [str(measure.title) for measure in self.measures]

    def _measured_by(self, measures: Sequence[Measure]) -> Table:
        """The same figures, each under the measure of its title; of others there is none."""
        titles = [str(measure.title) for measure in measures]
        if titles == self._titles:
            return self
        places = {title: at for at, title in enumerate(self._titles)}

        def told(row: Row) -> Row:
            figures = [
                row.figures[places[title]] if title in places else Figure(None) for title in titles
            ]
            return replace(row, figures=figures)

        total = told(self.total) if self.total else None
        return replace(self, measures=measures, rows=list(map(told, self.rows)), total=total)


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
    filter: type[ReportFilter] = DealReportFilter
    has_days: bool = True
    usual: Days = USUAL  # its days where none were chosen
    topic: Topic = Topic.DEALS

    @property
    def title(self) -> str:
        return str(REPORTS[self.name])

    @property
    def exported(self) -> type[Deal | ExpenseClaim]:
        """Who may have such records as a file may have the report as one."""
        return ExpenseClaim if self.topic is Topic.COSTS else Deal

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
                exact = Days.between(period.first, period.last).words()
                days = _("%(what)s (%(why)s)", what=days, why=exact)
            says.insert(0, days)
            if compared := filter.compared:
                says.insert(1, _("compared with %(days)s", days=compared.period.words()))
        return " · ".join(says)

    def of(self, filter: ReportFilter, user: User) -> Table:
        """Its figures, of what ``user`` sees, with those of the compared days and drawn."""
        table = self.read(filter, user)
        if self.ways:
            table = replace(table, is_timeline=self.way(filter).is_timeline)
        if self.has_days and (compared := filter.compared):
            table = table.beside(self.read(compared, user))
        return replace(table, drawing=self.draw(table)) if self.draw else table
