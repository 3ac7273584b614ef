"""The contact's form."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import BooleanField, EmailField, TelField, TextAreaField
from wtforms.validators import Email, Length, Optional

from crm.forms.base import BaseForm
from crm.forms.fields import DayField, WordField, name_field, text
from crm.forms.inline import InPlace, each
from crm.forms.own_fields import OwnFields
from crm.forms.tags import WithTags
from crm.forms.twins import AsksForTwins
from crm.models import Contact, Customer, CustomNoun, DecisionRole


class ContactForm(OwnFields, WithTags, InPlace, BaseForm):
    CUSTOM_NOUN = CustomNoun.CONTACT
    IN_PLACE = each(
        "name", "title", "mobile", "phone", "email", "wechat", "birthday", "decision_role",
        "is_primary", "note",
    )  # fmt: skip

    name = name_field()
    title = text(lazy_pgettext("contact", "Title"), 120)
    mobile = text(_l("Mobile"), 60, kind=TelField)
    phone = text(_l("Phone"), 60, kind=TelField)
    email = text(_l("E-mail"), 254, kind=EmailField, validators=[Optional(), Email()])
    wechat = text(_l("WeChat"), 60)
    birthday = DayField(_l("Birthday"))
    decision_role = WordField(_l("Role in the decision"), DecisionRole, empty="—")
    is_primary = BooleanField(_l("Primary contact"))
    note = TextAreaField(_l("Note"), validators=[Length(max=10_000)])

    def fill(self, contact: Contact) -> Contact:
        """Copy what was typed to ``contact``."""
        tags = self.tags.made()
        self.plain_fields(
            contact, "name", "title", "mobile", "phone", "email", "wechat", "birthday",
            "decision_role", "is_primary", "note",
        )  # fmt: skip
        self.fill_own(contact)
        contact.tag_as(tags)
        return contact


class NewContactForm(AsksForTwins, ContactForm):
    """Somebody new at ``customer``."""

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twins_at = customer
