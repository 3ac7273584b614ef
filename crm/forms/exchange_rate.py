"""The form of an exchange rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import ValidationError

from crm.formatting import day, number
from crm.forms.base import BaseForm
from crm.forms.doubts import AsksAgain
from crm.forms.fields import CurrencyField, DayField, QuantityField, Required
from crm.models import Company, ExchangeRate, User

TOO_HIGH = Decimal(1_000_000)


class ExchangeRateForm(AsksAgain, BaseForm):
    currency = CurrencyField(is_foreign=True)
    day = DayField(lazy_pgettext("day", "From"), validators=[Required()])
    rate = QuantityField(_l("Rate"), validators=[Required()])

    def validate_rate(self, field: QuantityField) -> None:
        if field.data is not None and field.data >= TOO_HIGH:
            raise ValidationError(_("This number is too large."))

    @classmethod
    def of(cls, currency: str, day: date, rate: Decimal) -> ExchangeRateForm:
        """The form that enters such a rate."""
        return cls(formdata=None, data={"currency": currency, "day": day, "rate": rate})

    @property
    def fields_of_again(self) -> dict[str, str]:
        """What is sent to enter it without being asked."""
        return {
            "currency": self.currency.data, "day": self.day.data.isoformat(),
            "rate": f"{self.rate.data:f}", "confirmed": self.mark,
        }  # fmt: skip

    def doubted(self) -> list[str]:
        return [*self._far_off(), *self._ahead()]

    def _far_off(self) -> list[str]:
        """A digit too many or too few, or the rate of another currency."""
        near = ExchangeRate.beside(self.currency.data, self.day.data)
        if near is None or not near.is_far_from(self.rate.data):
            return []
        return [_(
            "%(currency)s stood at %(near)s on %(day)s; %(rate)s is far from that.",
            currency=near.currency, near=number(near.rate), day=day(near.day),
            rate=number(self.rate.data),
        )]  # fmt: skip

    def _ahead(self) -> list[str]:
        if self.day.data <= Company.current().today():
            return []
        return [_("%(day)s has not come yet: until then the rate before holds.",
                  day=day(self.day.data))]  # fmt: skip

    def enter(self, *, by: User) -> Decimal | None:
        """Enter what was typed; the rate that it replaces, if there was one of that day."""
        held = ExchangeRate.of_day(self.currency.data, self.day.data)
        before = held.rate if held else None
        ExchangeRate.enter(self.currency.data, self.day.data, self.rate.data, by=by)
        return before
