"""The forms of the company's settings."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import CurrencyField, DayField, MoneyField, Required, known_timezone
from crm.models import Company


class CompanyForm(BaseForm):
    name = StringField(_l("Company"), validators=[Required(), Length(max=200)])
    timezone = StringField(_l("Time zone"), validators=[Required(), Length(max=60), known_timezone])
    approval_link_limit = MoneyField(
        _l("Limit for approval by link"), validators=[Required()],
        description=_l(
            "Up to this amount the link in a mail alone decides; above it the approver signs in."
        ),
    )  # fmt: skip

    def fill(self, company: Company) -> Company:
        """Copy what was typed to ``company``."""
        self.plain_fields(company, "name", "timezone", "approval_link_limit")
        return company


class ExchangeRateForm(BaseForm):
    currency = CurrencyField()
    day = DayField(_l("From"), validators=[Required()])
    rate = StringField(_l("Rate"), validators=[Required(), Length(max=20)])

    def validate_currency(self, field: CurrencyField) -> None:
        if field.data == Company.current().base_currency:
            raise ValidationError(_("This is the company's own currency."))

    def validate_rate(self, field: StringField) -> None:
        try:
            rate = Decimal(str(field.data).replace(",", "."))
        except InvalidOperation:
            raise ValidationError(_("Write a rate like 7.1234.")) from None
        if not rate.is_finite() or not Decimal("0.000001") <= rate < Decimal(1_000_000):
            raise ValidationError(_("Write a rate like 7.1234."))
        field.data = rate
