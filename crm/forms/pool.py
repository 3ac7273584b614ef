"""The settings of the public pool: whether there is one, how much each may own, and its rules."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, ValidationError

from crm.extensions import db
from crm.filters.columns import words
from crm.forms.base import BaseForm, Conflict, shown
from crm.forms.fields import WholeNumberField, WordField
from crm.models import Company, Option, OptionList, PoolClaimants, PoolRule, User
from crm.models.pool import LEAST_SILENCE, MOST_SILENCE

UNGRADED = "days_0"


class PoolForm(BaseForm):
    """Made by ``pool_form``: besides these fields it asks for each grade after how many days."""

    is_open = BooleanField(_l("Customers without an owner can be claimed"))
    pool_limit = WholeNumberField(
        _l("Customers a person may own"), 1, 100_000, validators=[],
        description=_l("Who owns as many claims no more; what one owns beyond that stays."),
    )  # fmt: skip
    pool_rest_days = WholeNumberField(
        _l("Days of rest"), 0, 365,
        description=_l("So long whoever lost a customer cannot claim it again."),
    )  # fmt: skip
    pool_claimants = WordField(_l("Who may claim"), PoolClaimants)

    grades: dict[str, Option | None]

    def validate_pool_limit(self, field: WholeNumberField) -> None:
        if self.is_open.data and field.data is None:
            raise ValidationError(_("How many may each own? Without that there is no pool."))

    @property
    def days(self) -> list[Any]:
        """The fields that ask for the days."""
        return [self[name] for name in self.grades]

    def conflicts_with(self, record: Company) -> list[Conflict]:
        rules = PoolRule.all_of()
        days = (
            Conflict(str(self[name].label.text), shown(theirs), shown(self[name].data))
            for name, grade in self.grades.items()
            if (theirs := rules.get(grade.id if grade else None)) != self[name].data
        )
        return [*super().conflicts_with(record), *days]

    def fill(self, company: Company, *, by: User) -> None:
        """Set the company's pool, and its rules."""
        company.pool_limit = self.pool_limit.data if self.is_open.data else None
        company.pool_rest_days = self.pool_rest_days.data or 0
        company.pool_claimants = self.pool_claimants.data
        rules = [(grade, self[name].data) for name, grade in self.grades.items()]
        changed = PoolRule.set_all({grade: days for grade, days in rules if days})
        company.note_changes(by=by, besides=changed)


def pool_form(company: Company) -> PoolForm:
    """The form as the settings are now."""
    rules = PoolRule.all_of()
    grades: dict[str, Option | None] = {
        f"days_{grade.id}": grade for grade in db.session.scalars(Option.of(OptionList.GRADE))
    }
    grades[UNGRADED] = None
    fields = {
        name: WholeNumberField(
            words(grade) if grade else _("Without a grade"),
            LEAST_SILENCE, MOST_SILENCE, default=rules.get(grade.id if grade else None),
        )
        for name, grade in grades.items()
    }  # fmt: skip
    kind = type("ThisPoolForm", (PoolForm,), {**fields, "grades": grades})
    form: PoolForm = kind(obj=company, is_open=company.has_pool)
    return form
