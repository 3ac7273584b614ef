"""The form of what a source cost in the months of a year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from crm.formatting import term_name
from crm.forms.base import BaseForm
from crm.forms.fields import MoneyField, text
from crm.forms.rows import fingerprint
from crm.models import Option, SourceCost, Span, Term, User
from crm.models.source_cost import Spent


class SourceCostForm(BaseForm):
    """Made by ``source_cost_form``: for each month an amount and what it was for."""

    months: list[date]

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The two fields of each month."""
        return [(self[_amount(month)], self[_note(month)]) for month in self.months]

    def save(self, source: Option, year: int, *, by: User) -> bool:
        """Set what was typed; ``False``, with the reason, if it cannot be used or is stale."""
        before = SourceCost.in_year(year).get(source.id, {})
        if not self.may_save(_record(before, self.months), version=version_of(before)):
            return False
        typed = {
            month: Spent(self[_amount(month)].data, self[_note(month)].data)
            for month in self.months
            if self[_amount(month)].data is not None
        }
        SourceCost.set_for(source, year, typed, by=by)
        return True


def source_cost_form(source: Option, year: int) -> SourceCostForm:
    """The form as the costs of ``source`` are now."""
    spent = SourceCost.in_year(year).get(source.id, {})
    months = [date(year, number, 1) for number in range(1, 13)]
    fields: dict[str, Any] = {"months": months}
    for month in months:
        fields[_amount(month)] = MoneyField(
            term_name(Term(Span.MONTH, month)), in_base=True, validators=[Optional()]
        )
        fields[_note(month)] = text(_l("What for"), 200)
    kind = type("ThisSourceCostForm", (SourceCostForm,), fields)
    held = vars(_record(spent, months))
    form: SourceCostForm = kind(data={**held, "version": version_of(spent)})
    return form


def version_of(spent: dict[date, Spent]) -> str:
    """What changes whenever one of the costs does."""
    rows = [(f"{month}", *map(str, cost)) for month, cost in sorted(spent.items())]
    return fingerprint([{"costs": rows}])


def _record(spent: dict[date, Spent], months: list[date]) -> SimpleNamespace:
    """The costs as the form's fields are called."""
    held: dict[str, Decimal | str | None] = {}
    for month in months:
        cost = spent.get(month)
        held[_amount(month)] = cost.amount if cost else None
        held[_note(month)] = cost.note if cost else None
    return SimpleNamespace(**held)


def _amount(month: date) -> str:
    return f"of_{month:%m}"


def _note(month: date) -> str:
    return f"for_{month:%m}"
