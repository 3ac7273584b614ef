"""The deal's forms: here the deal itself; beside it its way through the stages, and its end."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from crm.formatting import label
from crm.forms.base import BaseForm
from crm.forms.deal_lines import why_it_stands
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    OptionField,
    Required,
    StageField,
    WholeNumberField,
    text,
)
from crm.forms.giving import GivesAway, reason_field
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
    Scope,
    Stage,
    User,
)
from crm.models.deal import AmountStands, Missing, StageChanged
from crm.models.deal.checking import is_empty, missing_fields
from crm.policies import may, sees
from crm.refusals import changed_words, missing_words


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


class DealForm(GivesAway, OwnFields, WithTags, InPlace, BaseForm):
    CUSTOM_NOUN = CustomNoun.DEAL
    IN_PLACE = {
        **each("name", "expected_close", "source", "product", "next_step"),
        "amount": ("amount", "currency"),
        "probability": ("probability", "probability_reason"),
        "owner": ("owner", "owner_reason"),
        # With another customer the contact is another one too.
        "customer": ("customer", "contact"),
        "contact": ("contact",),
    }

    name = StringField(_l("Name"), validators=[Required(), Length(max=200)])
    customer = PickerField(_l("Customer"), "customer")
    amount = MoneyField(_l("Amount"), validators=[Optional()])
    currency = CurrencyField()
    probability = WholeNumberField(_l("Probability"), 0, 100)
    probability_reason = text(_l("Why this probability"), 300, validators=[])
    expected_close = DayField(_l("Expected close"), quick=("in_a_month", "in_three_months"))
    source = OptionField(_l("Source"), OptionList.SOURCE)
    product = text(_l("Product"), 200)
    owner = PickerField(_l("Owner"), "user", validators=[Required()])
    owner_reason = reason_field()
    contact = PickerField(_l("Contact"), "contact", within="customer")
    next_step = TextAreaField(_l("Next step"), validators=[Length(max=2_000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.deal: Deal | None = kwargs.get("obj")
        super().__init__(*args, **kwargs)
        typed = kwargs.get("typed")
        is_asked = self.deal is not None and (typed is None or "amount" in typed)
        if is_asked and self.deal.is_priced_by_lines:  # type: ignore[union-attr]
            self.amount.render_kw = {"readonly": True}

    @property
    def locking_deal(self) -> Deal | None:
        return self.deal.locking_deal if self.deal else None

    def validate_owner(self, field: PickerField) -> None:
        is_given = self.deal and field.data and field.data != self.deal.owner
        if is_given and not may("give", self.deal):
            raise ValidationError(_("Only its owner, or who leads them, gives it away."))
        super().validate_owner(field)

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

    def validate_probability_reason(self, field: StringField) -> None:
        """A chance that is set by hand says why; one that stays as it was need not."""
        chance = self.probability.data
        if chance is not None and chance != self.probability.object_data and not field.data:
            raise ValidationError(_("Why is it more or less likely than the stage says?"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the fields themselves: what the deal's stage demands is not emptied."""
        is_complete = super().validate(extra_validators)
        for name in self._emptied():
            field = self[name]
            field.errors = field.errors or [
                _("The stage “%(stage)s” needs it.", stage=label(self.deal.stage))  # type: ignore[union-attr]
            ]
            is_complete = False
        return is_complete

    def fill(self, deal: Deal) -> Deal:
        """Copy what was typed to ``deal``.

        :raises AmountStands: the deal was closed with another amount.
        :raises NoRate: no exchange rate is known for the currency.
        :raises OwnerLocked: it stays with its owner.
        """
        tags = self.tags.made()
        # First, because it asks for a rate: that would flush what is not in the history yet.
        deal.set_amount(self.amount.data, self.currency.data)
        self.plain_fields(
            deal, "name", "customer", "probability", "probability_reason", "expected_close",
            "source", "product", "contact", "next_step",
        )  # fmt: skip
        if deal.probability is None:
            deal.probability_reason = None
        self.fill_own(deal)
        deal.tag_as(tags)
        self.give(deal)
        return deal

    def fill_or_explain(self, deal: Deal) -> bool:
        """``fill``; an amount that stands, or has no exchange rate, becomes its field's error."""
        try:
            with explained(self.currency):
                self.fill(deal)
        except AmountStands as error:
            self.amount.errors = [why_it_stands(deal, error)]
        return not (self.amount.errors or self.currency.errors)

    def _emptied(self) -> list[str]:
        """What the deal says, its stage demands, and this form would take away."""
        deal = self.deal
        if deal is None or not deal.is_open:
            return []
        demanded = [name for name in deal.stage.required if name in self]
        there = [name for name in demanded if not is_empty(deal.says(name))]
        return missing_fields(there, self._would_say)

    def _would_say(self, name: str) -> Any:
        """What the deal says once this is saved; its lines are a product, too."""
        said = self[name].data
        return self.deal.lines if name == "product" and self.deal and not said else said


class NewDealForm(DealForm):
    stage = StageField(_l("Stage"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage.offer(Stage.in_all_use())

    def open(self, deal: Deal, *, by: User) -> bool:
        """Open ``deal`` as typed; what its stage demands becomes the fields' errors."""
        if not self.fill_or_explain(deal):
            return False
        try:
            self._begin(deal, by)
        except Missing as missing:
            self._explain(missing)
            return False
        except StageChanged as changed:
            self.stage.errors = [changed_words(changed)]
            return False
        return True

    def _begin(self, deal: Deal, by: User) -> None:
        Deal.open(deal, self.stage.data, by=by)

    def _explain(self, missing: Missing) -> None:
        for name in missing.fields:
            if name in self:
                self[name].errors = [_("This stage needs it.")]
        if unasked := [name for name in missing.fields if name not in self]:
            words = missing_words(Missing(unasked))
            self.stage.errors = [_("It needs this first: %(names)s.", names=words)]

    def give(self, record: Deal) -> None:
        record.owner = self.owner.data


class CloneForm(NewDealForm):
    """The form of a new deal, filled in after another one."""

    AS_BEFORE = ("name", "customer", "amount", "currency", "source", "product", "contact", "owner",
                 "tags")  # fmt: skip

    def __init__(self, source: Deal) -> None:
        own = [field.key for field in source.own_fields]
        said = {name: getattr(source, name) for name in (*self.AS_BEFORE, *own)}
        # Who helps with a deal need not see its customer, and would by a deal of their own there.
        unseen = {name for name in ("customer", "contact") if said[name] and not sees(said[name])}
        super().__init__(data={name: value for name, value in said.items() if name not in unseen})
        self.origin = source
        if not self.is_submitted():
            self.stage.chosen = next(
                (key for key, stage in self.stage.records.items()
                 if stage.pipeline_id == source.pipeline_id), "",
            )  # fmt: skip

    def _begin(self, deal: Deal, by: User) -> None:
        self.origin.clone(deal, self.stage.data, by=by)
