"""A report as a file: the figures of its page, each with that of the compared days beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm.exporters.cells import Percent, Row, Value, plain
from crm.exporters.files import WRITERS, Format, filled
from crm.filters.columns import Kind
from crm.filters.reports import COMPARED, ReportFilter
from crm.models import Action, Company, Event, User
from crm.wording import REPORTS

if TYPE_CHECKING:
    from crm.queries.reports.figures import Amount, Measure
    from crm.queries.reports.figures import Row as Line
    from crm.queries.reports.report import Table


@dataclass(frozen=True)
class ReportExport:
    """The figures of one report, of what ``by`` sees."""

    filter: ReportFilter
    table: Table
    format: Format
    by: User

    @property
    def file_name(self) -> str:
        """``Win rate-2026-06-17.xlsx``."""
        return f"{self.title}-{Company.current().today()}.{self.format}"

    @property
    def title(self) -> str:
        return str(REPORTS[self.filter.report])

    def write(self) -> IO[bytes]:
        """The file, at its beginning. It is the reader's to close, and gone with that."""
        zone = ZoneInfo(Company.current().timezone)
        rows = [[plain(value, zone) for value in self._values(row)] for row in self.table.all_rows]
        titles = [plain(title, zone) for title in self._titles()]
        return filled(lambda file: WRITERS[self.format](file, self.title, titles, rows))

    def record(self) -> None:
        """Write down that it was made: of which report, narrowed how, and how many rows."""
        Event.record(
            Action.EXPORT_MADE, self.by, by=self.by, list=self.filter.report,
            filter=self.filter.text(report=""), format=self.format.value,
            count=len(self.table.all_rows),
        )  # fmt: skip

    def _titles(self) -> list[str]:
        then = str(COMPARED[self.filter.compare]) if self.filter.compare else ""
        titles = [self.table.head]
        for measure in self.table.measures:
            titles.append(str(measure.title))
            if self.table.is_compared and not measure.is_now:
                titles.append(_("%(name)s, %(days)s", name=measure.title, days=then))
        return titles

    def _values(self, row: Line) -> Row:
        values: list[object] = [row.label]
        for at, measure in enumerate(self.table.measures):
            values.append(_value(measure, row.figures[at].value))
            if self.table.is_compared and not measure.is_now:
                values.append(_value(measure, row.before[at].value) if row.before else None)
        return values  # type: ignore[return-value]


def _value(measure: Measure, figure: Amount) -> Value:
    exact = measure.exact(figure)
    return Percent(exact) if isinstance(exact, Decimal) and measure.kind is Kind.PERCENT else exact
