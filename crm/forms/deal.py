"""The deal's forms: the deal itself, its way through the stages, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.fields import Field
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
    WordField,
    text,
)
from crm.forms.inline import InPlace, each
from crm.forms.own_fields import OwnFields
from crm.forms.picker import PickerField
from crm.forms.tags import WithTags
from crm.models import (
    Customer,
    CustomNoun,
    Deal,
    Noun,
    OptionList,
    OutcomeKind,
    Pipeline,
    Scope,
    Stage,
    User,
)
from crm.models.deal import AmountStands, Missing, StageChanged
from crm.models.exchange_rate import NoRate
from crm.models.pipeline import StageRequirement


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


class DealMoveForm(BaseForm):
    """To which stage, from where it was seen, and the fields that the stage demands."""

    stage = RecordField(_l("Move to"))
    from_stage = HiddenField()
    customer = PickerField(_l("Customer"), "customer")
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    expected_close = DayField(_l("Expected close"), quick=("in_a_month", "in_three_months"))
    contact = PickerField(_l("Contact"), "contact", within="customer")

    def __init__(self, deal: Deal, **kwargs: Any) -> None:
        super().__init__(data={"customer": deal.customer}, **kwargs)
        self.stage.offer(list(deal.pipeline.stages))
        if not self.is_submitted():
            self.stage.chosen = str(deal.stage_id)

    def validate_customer(self, field: PickerField) -> None:
        not_from_the_pool(field)

    def validate_contact(self, field: PickerField) -> None:
        at_customer(field, self.customer.data)

    def move(self, deal: Deal, *, by: User) -> bool:
        """Move ``deal`` as chosen; ``False`` if what was typed cannot be used.

        :raises StageChanged: the deal is not as the mover saw it.
        :raises Missing: the stage demands fields that are still empty.
        """
        if self._saw_another(deal):
            raise StageChanged
        if not self.validate_on_submit():
            return False
        with explained(self.amount):
            self._fill_missing(deal)
        if self.amount.errors:
            return False
        deal.note_changes(by=by)
        deal.move_to(self.stage.data, by=by)
        return True

    def fields_to_ask(self, deal: Deal) -> list[Field]:
        """What ``deal`` lacks for the chosen stage, filled or not, and what was typed wrongly."""
        lacking = deal.missing_for(self.stage.data) if self.stage.data else []
        return [field for field in self if field.name in lacking or field.errors]

    def _saw_another(self, deal: Deal) -> bool:
        """Whether the deal has left the stage, or changed, since the mover saw it."""
        return (self.from_stage.data, self.version.data) != (str(deal.stage_id), str(deal.version))

    def _fill_missing(self, deal: Deal) -> None:
        """Give ``deal`` the fields typed for the stage, where it has none yet."""
        typed = {
            name.value: self[name].data for name in StageRequirement
            if self[name].data is not None and getattr(deal, name) is None
        }  # fmt: skip
        # First, because it asks for a rate: that would flush what is not in the history yet.
        if StageRequirement.AMOUNT in typed:
            deal.set_amount(typed.pop(StageRequirement.AMOUNT), deal.currency)
        for name, value in typed.items():
            setattr(deal, name, value)


class MoveBackForm(BaseForm):
    """The version that the move left: nothing may have happened to the deal since."""

    def take_back(self, deal: Deal, *, by: User) -> None:
        """Move ``deal`` back.

        :raises StageChanged: the deal is not as the mover left it.
        """
        if self.version.data != str(deal.version):
            raise StageChanged
        deal.take_back_move(by=by)


class OutcomeForm(BaseForm):
    kind = WordField(_l("Outcome"), OutcomeKind)
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    reason = OptionField(_l("Reason"), OptionList.LOST_REASON)
    competitor = text(_l("Competitor"), 200)
    note = TextAreaField(_l("Note"), validators=[Length(max=2_000)])

    def validate_reason(self, field: OptionField) -> None:
        if self.kind.data is OutcomeKind.LOST and field.data is None:
            raise ValidationError(_("Why was it lost? Choose a reason."))

    def validate_amount(self, field: MoneyField) -> None:
        if self.kind.data is OutcomeKind.WON and field.data is None:
            raise ValidationError(_("What is it worth? Write the amount of the order."))

    def may_close(self, deal: Deal) -> bool:
        """``may_save``; of a deal that is closed already, the verbs know what to do."""
        return self.may_save(deal) if deal.is_open else self.validate_on_submit()

    def close(self, deal: Deal, *, by: User) -> bool:
        """Win or lose ``deal`` as the form says; an unknown exchange rate is the amount's error."""
        if self.kind.data is OutcomeKind.WON:
            if deal.is_open:
                with explained(self.amount):
                    deal.set_amount(self.amount.data, deal.currency)
                if self.amount.errors:
                    return False
                deal.note_changes(by=by)
            deal.win(by=by, note=self.note.data)
        else:
            deal.lose(
                by=by, reason=self.reason.data, competitor=self.competitor.data,
                note=self.note.data,
            )  # fmt: skip
        return True


@contextmanager
def explained(field: Field) -> Iterator[None]:
    """Inside, an unknown exchange rate becomes the error of ``field``."""
    try:
        yield
    except NoRate as error:
        field.errors = [no_rate(error)]


def no_rate(error: NoRate) -> str:
    """What to do about an unknown exchange rate."""
    return _(
        "No exchange rate for %(currency)s on or before %(day)s is known. "
        "An administrator can enter one under Settings.",
        currency=error.currency,
        day=error.day,
    )
