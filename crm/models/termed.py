"""What is set for a month, a quarter or a year."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import stored_by_value
from crm.terms import Span, Term


class Termed:
    """A mixin: a record is for one term."""

    span: Mapped[Span] = mapped_column(stored_by_value(Span))
    # The first day of its month, quarter or year.
    first: Mapped[date] = mapped_column(Date)

    @property
    def term(self) -> Term:
        """The month, quarter or year it is for."""
        return Term(self.span, self.first)
