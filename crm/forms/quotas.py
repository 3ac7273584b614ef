"""The forms of quotas: those of one holder for a year, and a year made from the one before."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from crm.amounts import TooLarge
from crm.extensions import db
from crm.formatting import term_name
from crm.forms.base import BaseForm
from crm.forms.fields import MoneyField, Required, WholeNumberField
from crm.forms.rows import fingerprint
from crm.models import Quota, Term, User
from crm.models.quota import Holder


class QuotaForm(BaseForm):
    """Made by ``quota_form``: a field for the year, for each quarter and for each month."""

    terms: dict[str, Term]

    @property
    def whole(self) -> MoneyField:
        """The field of the year itself."""
        return self[next(iter(self.terms))]

    @property
    def quarters(self) -> list[tuple[Any, list[Any]]]:
        """Each quarter's field with those of its months."""
        named = {term: self[name] for name, term in self.terms.items()}
        year = next(iter(named))
        return [(named[part], [named[month] for month in part.parts]) for part in year.parts]

    def save(self, holder: Holder, year: int, *, by: User) -> bool:
        """Set what was typed; ``False``, with the reason, if it cannot be used or is stale."""
        before = Quota.typed_for(holder, year)
        record = SimpleNamespace(**{name: before.get(term) for name, term in self.terms.items()})
        if not self.may_save(record, version=version_of(before)):
            return False
        typed = {term: self[name].data for name, term in self.terms.items()}
        amounts = {term: amount for term, amount in typed.items() if amount is not None}
        Quota.set_for(holder, year, amounts, by=by)
        return True


def quota_form(holder: Holder, year: int) -> QuotaForm:
    """The form as the quotas of ``holder`` are now."""
    typed = Quota.typed_for(holder, year)
    terms = {f"of_{term.code.replace('-', '_').lower()}": term for term in Term.of_year(year)}
    fields = {
        name: MoneyField(
            term_name(term), in_base=True, validators=[Optional()], default=typed.get(term)
        )
        for name, term in terms.items()
    }
    kind = type("ThisQuotaForm", (QuotaForm,), {**fields, "terms": terms})
    form: QuotaForm = kind(data={"version": version_of(typed)})
    return form


class QuotaCopyForm(BaseForm):
    """How much more, or less, than in the year before."""

    percent = WholeNumberField(
        _l("Change in percent"), -90, 900, validators=[Required()], default=0,
        description=_l("10 makes 110,000 of 100,000; -10 makes 90,000."),
    )  # fmt: skip

    def copy(self, holders: Iterable[Holder], year: int, *, by: User) -> int | None:
        """Give them that of the year before: how many got one; ``None`` if one cannot be kept."""
        try:
            with db.session.begin_nested():
                return Quota.copy_year(holders, year, self.percent.data or 0, by=by)
        except TooLarge as error:
            name = error.args[0].name
            self.percent.errors = [_("The quota of %(name)s would be too large.", name=name)]
            return None


def version_of(typed: dict[Term, Decimal]) -> str:
    """What changes whenever one of the quotas does."""
    rows = sorted((term.code, str(amount)) for term, amount in typed.items())
    return fingerprint([{"quotas": rows}])
