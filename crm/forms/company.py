"""The forms of the company's settings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TimeField
from wtforms.fields.choices import SelectChoice, SelectField
from wtforms.validators import Length

from crm.extensions import LANGUAGES
from crm.forms.base import BaseForm
from crm.forms.fields import (
    CurrencyField,
    MoneyField,
    Required,
    WholeNumberField,
    known_timezone,
)
from crm.models import Company

MOST_TRASH_DAYS = 3650


class CompanyForm(BaseForm):
    name = StringField(_l("Company"), validators=[Required(), Length(max=200)])
    language = SelectField(
        _l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        description=_l("Of mails to people who have not chosen one, and of whoever is invited."),
    )  # fmt: skip
    timezone = StringField(
        _l("Time zone"), validators=[Required(), Length(max=60), known_timezone],
        description=_l("Where a day begins and ends for everybody, like Asia/Shanghai."),
    )  # fmt: skip
    base_currency = CurrencyField(_l("Base currency"))
    approval_link_limit = MoneyField(
        _l("Limit for approval by link"), validators=[Required()],
        description=_l(
            "Up to this amount the link in a mail alone decides; above it the approver signs in."
        ),
    )  # fmt: skip

    trash_days = WholeNumberField(
        _l("Days in the trash"), 0, MOST_TRASH_DAYS, validators=[Required()],
        description=_l("After so many days what was deleted is deleted for good; 0: never."),
    )  # fmt: skip

    daily_report_at = TimeField(
        _l("Daily report at"), validators=[Required()],
        description=_l("Managers get it by mail on working days, by the company's clock."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every amount is converted into it: once there are any, it stays.
        if Company.current().has_money:
            del self.base_currency

    def fill(self, company: Company) -> Company:
        """Copy what was typed to ``company``."""
        self.plain_fields(company, *(field.name for field in self if field.name in company.TRACKED))
        return company
