"""The deal's forms: here the deal itself; beside it its way through the stages, and its end."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from crm.formatting import money
from crm.forms.base import BaseForm
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    OptionField,
    RecordField,
    Required,
    WholeNumberField,
    text,
)
from crm.forms.inline import InPlace, each
from crm.forms.own_fields import OwnFields
from crm.forms.picker import PickerField
from crm.forms.tags import WithTags
from crm.forms.unknown_rates import explained
from crm.models import (
    Customer,
    CustomNoun,
    Deal,
    Noun,
    OptionList,
    Pipeline,
    Scope,
    Stage,
    User,
)
from crm.models.deal import AmountStands, Missing


def at_customer(contact: PickerField, customer: Customer | None) -> None:
    """A validator: the contact is at ``customer``."""
    if contact.data and customer and contact.data.customer_id != customer.id:
        raise ValidationError(_("This person is at another customer."))


def not_from_the_pool(field: PickerField) -> None:
    """A validator: who wants to deal with a customer in the public pool claims it first."""
    customer = field.data
    is_new = customer is not None and customer is not field.object_data
    if is_new and customer.lies_in_pool and current_user.sees(Noun.CUSTOMERS) is not Scope.ALL:
        raise ValidationError(_("It lies in the public pool: claim it first."))


class DealForm(OwnFields, WithTags, InPlace, BaseForm):
    CUSTOM_NOUN = CustomNoun.DEAL
    IN_PLACE = {
        **each("name", "probability", "expected_close", "source", "product", "owner", "next_step"),
        "amount": ("amount", "currency"),
        # With another customer the contact is another one too.
        "customer": ("customer", "contact"),
        "contact": ("contact",),
    }

    name = StringField(_l("Name"), validators=[Required(), Length(max=200)])
    customer = PickerField(_l("Customer"), "customer")
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    currency = CurrencyField()
    probability = WholeNumberField(_l("Probability"), 0, 100)
    expected_close = DayField(_l("Expected close"), quick=("in_a_month", "in_three_months"))
    source = OptionField(_l("Source"), OptionList.SOURCE)
    product = text(_l("Product"), 200)
    owner = PickerField(_l("Owner"), "user", validators=[Required()])
    contact = PickerField(_l("Contact"), "contact", within="customer")
    next_step = TextAreaField(_l("Next step"), validators=[Length(max=2_000)])

    def validate_customer(self, field: PickerField) -> None:
        not_from_the_pool(field)

    def validate_contact(self, field: PickerField) -> None:
        """A contact brings their customer with them, and is nobody else's.

        Who went to another firm since stays the one that the deal was about.
        """
        is_as_before = field.data is field.object_data
        if is_as_before and self.customer.data is self.customer.object_data:
            return
        if field.data and not self.customer.errors:
            self.customer.data = self.customer.data or field.data.customer
            at_customer(field, self.customer.data)

    def fill(self, deal: Deal) -> Deal:
        """Copy what was typed to ``deal``.

        :raises AmountStands: the deal was closed with another amount.
        :raises NoRate: no exchange rate is known for the currency.
        """
        tags = self.tags.made()
        # First, because it asks for a rate: that would flush what is not in the history yet.
        deal.set_amount(self.amount.data, self.currency.data)
        self.plain_fields(
            deal, "name", "customer", "probability", "expected_close", "source", "product",
            "owner", "contact", "next_step",
        )  # fmt: skip
        self.fill_own(deal)
        deal.tag_as(tags)
        return deal

    def fill_or_explain(self, deal: Deal) -> bool:
        """``fill``; an amount that stands, or has no exchange rate, becomes its field's error."""
        try:
            with explained(self.currency):
                self.fill(deal)
        except AmountStands:
            self.amount.errors = [
                _("The deal is closed with this amount: %(amount)s. Reopen it to change that.",
                  amount=money(deal.amount, deal.currency))
            ]  # fmt: skip
        return not (self.amount.errors or self.currency.errors)


class NewDealForm(DealForm):
    stage = RecordField(_l("Stage"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage.offer(Stage.in_order(Pipeline.main()))

    def open(self, deal: Deal, *, by: User) -> bool:
        """Open ``deal`` as typed; what its stage demands becomes the fields' errors."""
        if not self.fill_or_explain(deal):
            return False
        try:
            Deal.open(deal, self.stage.data, by=by)
        except Missing as error:
            for name in error.fields:
                self[name].errors = [_("This stage needs it.")]
            return False
        return True
