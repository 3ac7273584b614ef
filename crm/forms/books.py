"""The form that closes the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import Optional

from crm.formatting import day
from crm.forms.base import BaseForm
from crm.forms.doubts import AsksAgain
from crm.forms.fields import DayField, not_ahead
from crm.models import Company


class BooksForm(AsksAgain, BaseForm):
    books_closed_until = DayField(
        _l("Closed up to"), quick=("last_month",), validators=[Optional(), not_ahead],
        description=_l("Empty: the books are open."),
    )  # fmt: skip

    def __init__(self, company: Company, unsettled: Callable[[date], int]) -> None:
        """:param unsettled: how many claims with costs up to a day are not settled."""
        super().__init__(obj=company)
        self.company, self.unsettled = company, unsettled

    def doubted(self) -> list[str]:
        until = self.books_closed_until.data
        if until is None or self.company.is_closed(until) or not (num := self.unsettled(until)):
            return []
        return [ngettext(
            "%(num)d claim with costs up to %(day)s is not settled: it stands below.",
            "%(num)d claims with costs up to %(day)s are not settled: they stand below.",
            num, day=day(until),
        )]  # fmt: skip
