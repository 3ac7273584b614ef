"""The forms of expense claims: the claim, its items, its payment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from crm.files import ACCEPTED, PreparedFile
from crm.forms.base import BaseForm
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    OptionField,
    Required,
    text,
)
from crm.forms.picker import PickerField
from crm.forms.unknown_rates import explained
from crm.models import Company, ExpenseItem, OptionList


class ExpenseClaimForm(BaseForm):
    title = StringField(_l("Title"), validators=[Required(), Length(max=200)])


class ExpenseItemForm(BaseForm):
    category = OptionField(_l("Category"), OptionList.EXPENSE_CATEGORY, empty=None)
    amount = MoneyField(_l("Amount"), validators=[Required()])
    currency = CurrencyField()
    spent_on = DayField(_l("Spent on"), quick=("yesterday", "today"), validators=[Required()])
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")
    purpose = StringField(_l("Purpose"), validators=[Required(), Length(max=300)])
    receipts = MultipleFileField(_l("Receipts"), render_kw={"accept": ",".join(ACCEPTED)})

    def __init__(self, *args: Any, files: list[PreparedFile] | None = None,
                 refused: list[str] | None = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.files = files or []
        self.refused = refused or []

    def validate_amount(self, field: MoneyField) -> None:
        if field.data is not None and field.data <= 0:
            raise ValidationError(_("An amount is more than 0."))

    def validate_spent_on(self, field: DayField) -> None:
        today = Company.current().today()
        if field.data is not None and field.data > today:
            raise ValidationError(_("This day has not come yet."))
        if field.data is not None and field.data < today - timedelta(days=730):
            raise ValidationError(_("This is more than two years ago."))

    def validate_receipts(self, field: MultipleFileField) -> None:
        if self.refused:
            raise ValidationError(" ".join(self.refused))

    def validate_deal(self, field: PickerField) -> None:
        customer, deal = self.customer.data, field.data
        if deal and customer and deal.customer_id != customer.id:
            raise ValidationError(_("This deal is with another customer."))

    def fill_or_explain(self, item: ExpenseItem) -> bool:
        """Copy what was typed to ``item``; an unknown exchange rate becomes an error.

        A deal brings its customer with it.
        """
        # Before anything is set: reading it may ask the database, and that flushes.
        if self.deal.data is not None and self.customer.data is None:
            self.customer.data = self.deal.data.customer
        with explained(self.currency):
            item.set_amount(self.amount.data, self.currency.data, self.spent_on.data)
            self.plain_fields(item, "category", "customer", "deal", "purpose")
        return not self.currency.errors


class PaymentForm(BaseForm):
    reference = text(_l("Payment reference"), 120)
