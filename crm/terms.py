"""Terms: the months, quarters and years for which quotas and budgets are set."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from crm.months import first_of_month


class Span(StrEnum):
    """How long a term is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}
PARTS = {Span.YEAR: Span.QUARTER, Span.QUARTER: Span.MONTH}


class Term(NamedTuple):
    """One month, quarter or year; ``first`` is its first day."""

    span: Span
    first: date

    @classmethod
    def around(cls, span: Span, day: date) -> Term:
        """The one that ``day`` lies in."""
        months = MONTHS[span]
        return cls(span, date(day.year, (day.month - 1) // months * months + 1, 1))

    @classmethod
    def of_days(cls, first: date, last: date) -> Term | None:
        """The one that begins and ends on these days; ``None`` where they are none."""
        terms = (cls.around(span, first) for span in Span)
        return next((term for term in terms if (term.first, term.last) == (first, last)), None)

    @classmethod
    def of_year(cls, year: int) -> list[Term]:
        """The year, and each quarter with its months."""
        whole = cls(Span.YEAR, date(year, 1, 1))
        return [whole, *(each for part in whole.parts for each in (part, *part.parts))]

    @classmethod
    def making_up(cls, first: date, last: date) -> list[Term]:
        """The years, quarters and months that these days consist of; none where they do not."""
        terms, begin = [], first
        while begin <= last:
            fitting = (cls.around(span, begin) for span in (Span.YEAR, Span.QUARTER, Span.MONTH))
            term = next((t for t in fitting if t.first == begin and t.last <= last), None)
            if term is None:
                return []
            terms.append(term)
            begin = term.last + timedelta(days=1)
        return terms

    @property
    def last(self) -> date:
        """Its last day."""
        return first_of_month(self.first, MONTHS[self.span]) - timedelta(days=1)

    @property
    def parts(self) -> list[Term]:
        """The quarters of a year, the months of a quarter; a month has none."""
        if self.span not in PARTS:
            return []
        part = PARTS[self.span]
        starts = range(0, MONTHS[self.span], MONTHS[part])
        return [Term(part, first_of_month(self.first, months)) for months in starts]

    @property
    def year(self) -> Term:
        """The year it belongs to."""
        return Term.around(Span.YEAR, self.first)

    @property
    def a_year_later(self) -> Term:
        """The same month, quarter or year of the year after."""
        return Term(self.span, first_of_month(self.first, 12))

    @property
    def code(self) -> str:
        """``2026``, ``2026-Q3`` or ``2026-08``: what histories call it."""
        year, month = self.first.year, self.first.month
        if self.span is Span.MONTH:
            return f"{year}-{month:02d}"
        return str(year) if self.span is Span.YEAR else f"{year}-Q{(month + 2) // 3}"
