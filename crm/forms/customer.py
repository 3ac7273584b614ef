"""The customer's form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import StringField, TelField, TextAreaField, URLField, ValidationError
from wtforms.validators import URL, Length, Optional

from crm.forms.base import BaseForm
from crm.forms.fields import (
    MoneyField,
    OptionField,
    Required,
    WholeNumberField,
    WordField,
    text,
)
from crm.forms.giving import GivesAway, reason_field
from crm.forms.inline import InPlace, each
from crm.forms.own_fields import OwnFields
from crm.forms.picker import PickerField
from crm.forms.tags import WithTags
from crm.forms.twins import AsksForTwins
from crm.forms.web import web
from crm.models import Contact, Customer, CustomerKind, CustomNoun, Deal, OptionList, User
from crm.models.customer import MOST_EMPLOYEES
from crm.names import tidy_name
from crm.policies import may


class CustomerForm(GivesAway, OwnFields, WithTags, InPlace, BaseForm):
    CUSTOM_NOUN = CustomNoun.CUSTOMER
    IN_PLACE = {
        **each("name", "kind", "grade", "industry", "region", "source", "parent", "phone",
               "website", "address", "employees", "annual_revenue", "note"),
        "owner": ("owner", "owner_reason"),
    }  # fmt: skip

    name = StringField(_l("Name"), validators=[Required(), Length(max=200)])
    kind = WordField(_l("Kind"), CustomerKind)
    grade = OptionField(_l("Grade"), OptionList.GRADE)
    industry = OptionField(_l("Industry"), OptionList.INDUSTRY)
    region = OptionField(_l("Region"), OptionList.REGION)
    source = OptionField(_l("Source"), OptionList.SOURCE)
    owner = PickerField(_l("Owner"), "user")
    owner_reason = reason_field()
    parent = PickerField(_l("Belongs to"), "customer", hides=True)
    phone = text(_l("Phone"), 60, kind=TelField)
    website = text(_l("Website"), 300, kind=URLField, validators=[Optional(), URL()], filters=[web])
    address = text(_l("Address"), 300)
    employees = WholeNumberField(_l("Employees"), 0, MOST_EMPLOYEES)
    annual_revenue = MoneyField(_l("Annual revenue"), validators=[Optional()])
    note = TextAreaField(_l("Note"), validators=[Length(max=10_000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.customer: Customer | None = kwargs.get("obj")
        super().__init__(*args, **kwargs)

    @property
    def locking_deal(self) -> Deal | None:
        return self.customer.locking_deal if self.customer else None

    def validate_owner(self, field: PickerField) -> None:
        is_given = self.customer and field.data and field.data != self.customer.owner
        if is_given and not may("give", self.customer):
            raise ValidationError(_("It lies in the public pool: claim it there."))
        super().validate_owner(field)

    def validate_parent(self, field: PickerField) -> None:
        if self.customer and field.data and field.data.belongs_to(self.customer):
            raise ValidationError(_("A firm cannot belong to itself, or to one below it."))

    def fill(self, customer: Customer) -> Customer:
        """Copy what was typed to ``customer``."""
        tags = self.tags.made()
        self.plain_fields(
            customer, "name", "kind", "grade", "industry", "region", "source", "parent", "phone",
            "website", "address", "employees", "annual_revenue", "note",
        )  # fmt: skip
        self.fill_own(customer)
        customer.tag_as(tags)
        if self.customer:
            self.give(customer)
        else:
            customer.owner = self.owner.data
        return customer


class QuickCustomerForm(AsksForTwins, CustomerForm):
    """A customer created in place."""


class NewCustomerForm(AsksForTwins, CustomerForm):
    """A customer, and the first person known there, if there is one."""

    contact_name = StringField(_l("Contact"), validators=[Length(max=200)], filters=[tidy_name])
    contact_title = text(lazy_pgettext("contact", "Title"), 120)
    contact_mobile = text(_l("Mobile"), 60, kind=TelField)

    def validate_contact_name(self, field: StringField) -> None:
        if not field.data and (self.contact_title.data or self.contact_mobile.data):
            raise ValidationError(_("What is this person called?"))

    def register(self, *, by: User) -> Customer:
        """Take the customer into the books, and the contact."""
        customer = Customer.register(self.fill(Customer()), by=by)
        if self.contact_name.data:
            contact = Contact(
                customer=customer, name=self.contact_name.data, is_primary=True,
                title=self.contact_title.data, mobile=self.contact_mobile.data,
            )  # fmt: skip
            Contact.register(contact, by=by)
        return customer


class CollaboratorForm(BaseForm):
    helper = PickerField(_l("Colleague"), "user", validators=[Required()])
