"""The form that closes the books."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Optional

from crm.forms.base import BaseForm
from crm.forms.fields import DayField, not_ahead
from crm.models import Company


class BooksForm(BaseForm):
    books_closed_until = DayField(
        _l("Closed up to"), quick=("last_month",), validators=[Optional(), not_ahead],
        description=_l("Empty: the books are open."),
    )  # fmt: skip
    # The day of which the page shows what is not settled.
    shown = HiddenField()

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, obj=company, **kwargs)

    def must_show(self, count: int) -> bool:
        """Whether something is not settled that the page has not shown; the field says so then."""
        wanted = str(self.books_closed_until.data or "")
        if not count or self.shown.data == wanted:
            return False
        self.shown.data = wanted
        self.books_closed_until.errors = [
            _("Some costs up to this day are not settled: look at them, then send it again.")
        ]
        return True
