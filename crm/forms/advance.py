"""The forms of advances: asking for one, handing it out, taking what is left back."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from crm.formatting import money
from crm.forms.base import BaseForm
from crm.forms.fields import CurrencyField, DayField, MoneyField, Required, more_than_nothing, text
from crm.forms.for_whom import ForWhom
from crm.forms.picker import PickerField
from crm.forms.unknown_rates import explained
from crm.models import Advance, Company, User

# Nobody plans what they need further ahead.
FURTHEST = timedelta(days=365)


class AdvanceForm(ForWhom, BaseForm):
    title = StringField(_l("What for"), validators=[Required(), Length(max=200)])
    amount = MoneyField(_l("Amount"), validators=[Required(), more_than_nothing])
    currency = CurrencyField()
    needed_on = DayField(
        _l("Needed on"), quick=("today", "tomorrow", "next_week"), validators=[Required()]
    )
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")

    def validate_needed_on(self, field: DayField) -> None:
        today = Company.current().today()
        if field.data is not None and field.data < today:
            raise ValidationError(_("This day has passed."))
        if field.data is not None and field.data > today + FURTHEST:
            raise ValidationError(_("This is more than a year ahead."))

    def fill_or_explain(self, advance: Advance) -> bool:
        """Copy what was typed to ``advance``; an unknown exchange rate becomes an error."""
        today = Company.current().today()
        with explained(self.currency):
            advance.set_amount(self.amount.data, self.currency.data, today)
            self.plain_fields(advance, "title", "needed_on", "customer", "deal")
            if not advance.base_amount:  # nothing would ever be accounted for
                self.amount.errors = [_("An amount is more than 0.")]
        return not (self.currency.errors or self.amount.errors)


class RepaymentForm(BaseForm):
    amount = MoneyField(_l("Given back"), in_base=True, validators=[Required()])
    reference = text(_l("Payment reference"), 120)

    def repay(self, advance: Advance, *, by: User) -> bool:
        """Take the money; what does not fit what is outstanding becomes an error."""
        amount = self.amount.data
        if not 0 < amount <= advance.outstanding:
            self.amount.errors = [
                _("More than 0 and at most %(amount)s.", amount=money(advance.outstanding))
            ]
            self.status = 422
            return False
        advance.repay(amount, self.reference.data, by=by)
        return True
