"""The contact's form."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from functools import cached_property
from typing import Any, Self

from flask import current_app, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    FormField,
    HiddenField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Email, Length, Optional

from crm.contact_cards import contact_of, reached
from crm.forms.base import BaseForm
from crm.forms.fields import DayField, Required, WordField, name_field, text
from crm.forms.inline import InPlace, each
from crm.forms.own_fields import OwnFields
from crm.forms.picker import PickerField
from crm.forms.rows import arranged
from crm.forms.rows_field import RowsField
from crm.forms.tags import WithTags
from crm.forms.twins import AsksForTwins
from crm.models import Contact, Customer, CustomNoun, DecisionRole, Reach, ReachKind, User
from crm.models.contact import LONGEST_LABEL, LONGEST_REACH, MOST_REACHES
from crm.vcards import MOST_CARDS, Card, read, written

# A file of so many bytes holds thousands of contacts, or a hundred with their pictures.
LARGEST = 5_000_000
# What is sent back beside what was shown: a token, and which contacts are ticked.
REST_OF_THE_FORM = 20_000


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


class ReachRow(BaseForm):
    """One more number or address."""

    class Meta(BaseForm.Meta):
        csrf = False

    version = None
    kind = WordField(_l("Kind"), ReachKind)
    label = text(_l("For what"), LONGEST_LABEL)
    value = text(_l("Number or address"), LONGEST_REACH)

    def validate_value(self, field: StringField) -> None:
        if field.data and self.kind.data is ReachKind.EMAIL:
            Email()(self, field)
        elif field.data and not Reach(self.kind.data, "", field.data).is_possible:
            raise ValidationError(_("This is no telephone number."))


class WholeContactForm(ContactForm):
    """A contact with all numbers and addresses: rows that are added and taken away."""

    rows = RowsField(FormField(ReachRow), max_entries=MOST_REACHES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if request.method == "POST":
            kwargs["formdata"] = arranged(request.form, most=MOST_REACHES)
        super().__init__(*args, **kwargs)

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """The form as the contact is now."""
        return cls(obj=contact, rows=[each._asdict() for each in contact.further])

    @property
    def has_room(self) -> bool:
        """Whether one more can be added."""
        return len(self.rows) < MOST_REACHES

    @property
    def is_arranging(self) -> bool:
        """Whether rows are being moved, and nothing is to be saved yet."""
        return bool(request.form.get("arrange"))

    @property
    def is_adding(self) -> bool:
        """Whether the last row is a new one, to be filled in."""
        return request.form.get("arrange") == "add"

    def fill(self, contact: Contact) -> Contact:
        rows = (row.form for row in self.rows if row.form.value.data)
        contact.further = [
            Reach(row.kind.data, row.label.data or "", row.value.data) for row in rows
        ]
        return super().fill(contact)


class NewContactForm(AsksForTwins, WholeContactForm):
    """Somebody new at ``customer``."""

    def __init__(self, customer: Customer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twins_at = customer

    def typed(self) -> dict[str, Any]:
        further = (row.form.value for row in self.rows)
        return super().typed() | {value.name: value.data for value in further}


class ContactMoveForm(BaseForm):
    customer = PickerField(_l("Customer"), "customer", validators=[Required()])


class CardsForm(BaseForm):
    """A file of vCards: what is in it is shown before anything is made."""

    file = FileField(_l("vCard file"), render_kw={"accept": ".vcf,text/vcard"})
    # What was shown of it (``shown``), sent back with the numbers of those to be made.
    text = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cards: list[Card] = []

    @property
    def is_shown(self) -> bool:
        """Whether the contacts were looked at, and are to be made."""
        return bool(self.text.data)

    def validate_file(self, field: FileField) -> None:
        content = field.data.read(LARGEST + 1) if field.data else _unpacked(self.text.data or "")
        if len(content) > LARGEST:
            raise ValidationError(_("It is larger than 5 MB: bring it in in parts."))
        try:
            self.cards = read(content)
        except ValueError:
            raise ValidationError(
                _("No contacts were found in it, or more than %(most)s.", most=MOST_CARDS)
            ) from None
        if len(self.shown) > current_app.config["MAX_FORM_MEMORY_SIZE"] - REST_OF_THE_FORM:
            raise ValidationError(_("There is too much text in it: bring it in in parts."))

    @cached_property
    def shown(self) -> str:
        """The cards again as the page keeps them: without pictures and what we do not know."""
        return urlsafe_b64encode(zlib.compress(b"".join(written(self.cards)))).decode()

    def left_out(self, card: Card) -> list[str]:
        """What of its numbers and addresses is not kept."""
        return [reach.value for reach in reached(card).left_out]

    def make(self, customer: Customer, *, by: User) -> list[Contact]:
        """Make those that are ticked contacts of ``customer``."""
        wanted = set(request.form.getlist("take"))
        chosen = [card for at, card in enumerate(self.cards) if str(at) in wanted]
        return [Contact.register(contact_of(card, customer), by=by) for card in chosen]


def _unpacked(shown: str) -> bytes:
    """What ``CardsForm.shown`` packed; of anything else nothing."""
    with suppress(ValueError, zlib.error):
        return zlib.decompressobj().decompress(urlsafe_b64decode(shown), LARGEST)
    return b""
