"""The forms of advances: asking for one, handing it out, taking what is left back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, ValidationError
from wtforms.validators import Length

from crm.formatting import day, money
from crm.forms.base import BaseForm, Conflict
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    Required,
    more_than_nothing,
    not_ahead,
    of_open_books,
    text,
)
from crm.forms.for_whom import ForWhom
from crm.forms.picker import PickerField
from crm.forms.unknown_rates import explained
from crm.models import Advance, Company, Settlement

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
    """What of an advance came back, and when; first it shows what will be open after that."""

    amount = MoneyField(_l("Given back"), in_base=True, validators=[Required()])
    repaid_on = DayField(
        _l("Given back on"), quick=("yesterday", "today"),
        validators=[Required(), not_ahead, of_open_books],
    )  # fmt: skip
    reference = text(_l("Payment reference"), 120)
    # What the page says will be open.
    shown = HiddenField()

    def __init__(self, advance: Advance) -> None:
        # What comes back as a rule: all of it.
        data = {"amount": advance.outstanding, "repaid_on": Company.current().today(),
                "version": advance.version, "shown": "0.00"}  # fmt: skip
        super().__init__(data=data)
        self.advance = advance
        # What will be open, where the page has not shown it yet.
        self.left: Decimal | None = None

    def validate_amount(self, field: MoneyField) -> None:
        most = self.advance.outstanding
        if field.data is not None and not 0 < field.data <= most:
            raise ValidationError(_("More than 0 and at most %(amount)s.", amount=money(most)))

    def validate_repaid_on(self, field: DayField) -> None:
        paid = self.advance.payment
        if field.data is not None and paid is not None and field.data < paid.paid_on:
            said = _("The money was handed out on %(day)s only.", day=day(paid.paid_on))
            raise ValidationError(said)

    def conflicts_with(self, record: Advance) -> list[Conflict]:
        """None: what somebody asked for is not another account of what came back."""
        return []

    def must_show(self) -> bool:
        """Whether what will be open is not what the page has shown; it shows it then."""
        left = self.advance.outstanding - self.amount.data
        if self.shown.data == f"{left:.2f}":
            return False
        self.left, self.shown.data = left, f"{left:.2f}"
        return True


class CounterEntryForm(BaseForm):
    """Why a repayment is taken back, and on which day that stands in the books."""

    reason = text(_l("Why it is taken back"), 300, validators=[Required()])
    entered_on = DayField(
        _l("Day of the counter-entry"), quick=("today",),
        validators=[Required(), not_ahead, of_open_books],
    )  # fmt: skip

    def __init__(self, repayment: Settlement) -> None:
        today = Company.current().today()
        super().__init__(data={"entered_on": today, "version": repayment.advance.version})
        self.repayment = repayment

    def validate_entered_on(self, field: DayField) -> None:
        before = self.repayment.settled_on
        if field.data is not None and field.data < before:
            raise ValidationError(_("What it takes back is of %(day)s.", day=day(before)))
