"""The fields that forms are made of: what was typed becomes money, days, words and records."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import Field, StringField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from crm import clock
from crm.forms.fields.choices import NumberChoiceField, TickedField
from crm.forms.fields.days import QUICK_DAYS, ClockField, DayField, MomentField, quick_day
from crm.forms.fields.numbers import (
    CURRENCIES,
    CurrencyField,
    MoneyField,
    NumberField,
    QuantityField,
    WholeNumberField,
    amount_typed,
)
from crm.forms.fields.records import OptionField, RecordField, RecordsField, StageField
from crm.models import Company
from crm.names import tidy_name
from crm.wording import WORDS

__all__ = [
    "CURRENCIES",
    "QUICK_DAYS",
    "ClockField",
    "CurrencyField",
    "DayField",
    "MomentField",
    "MoneyField",
    "NumberChoiceField",
    "NumberField",
    "OptionField",
    "PlaceField",
    "QuantityField",
    "RecordField",
    "RecordsField",
    "Required",
    "StageField",
    "TickedField",
    "WholeNumberField",
    "WordField",
    "YesNoField",
    "amount_typed",
    "known_timezone",
    "more_than_nothing",
    "name_field",
    "not_ahead",
    "of_open_books",
    "quick_day",
    "text",
]


class Required(InputRequired):
    """Something must be there, once white space is taken off.

    :param message: what to say if nothing is, where that is plainer than the common words.
    """

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors:
            raise StopValidation  # what was typed could not be read; that is said already
        if field.data is None or field.data in ("", []):
            raise StopValidation(self.message or _("Please fill this in."))


def more_than_nothing(_form: Any, field: Field) -> None:
    """A validator: an amount, where there is one, is above 0."""
    if field.data is not None and field.data <= 0:
        raise ValidationError(_("An amount is more than 0."))


def not_ahead(_form: Any, field: Field) -> None:
    """A validator: a day, where there is one, has come."""
    if field.data is not None and field.data > Company.current().today():
        raise ValidationError(_("This day has not come yet."))


def of_open_books(_form: Any, field: Field) -> None:
    """A validator: the books are not closed for a day."""
    if field.data is not None and Company.current().is_closed(field.data):
        raise ValidationError(_("The books are closed for this day."))


def known_timezone(_form: Any, field: Field) -> None:
    """A validator: the text names a time zone."""
    if not clock.is_timezone(field.data):
        raise ValidationError(_("Write it like Asia/Shanghai or Europe/Berlin."))


def text(
    label: str, longest: int = 200, *, kind: type[StringField] = StringField, **kwargs: Any
) -> StringField:
    """One line of text that may be empty.

    :param kind: ``TelField``, ``EmailField`` or ``URLField`` bring the keyboard that fits.
    """
    validators = [*kwargs.pop("validators", [Optional()]), Length(max=longest)]
    return kind(label, validators=validators, **kwargs)


class PlaceField(StringField):
    """Where something happened: typed, the ``address`` that is known, or where one stands."""

    address = ""


def name_field(label: str = lazy_pgettext("contact", "Name")) -> StringField:
    """A person's name, in the order of its language."""
    return StringField(label, validators=[Required(), Length(max=200)], filters=[tidy_name])


class WordField(SelectField):
    """A choice among the members of a StrEnum, by their words."""

    def __init__(self, label: str, kind: type[StrEnum], *, empty: str | None = None, **kwargs: Any):
        choices = [SelectChoice(member.value, WORDS[kind][member]) for member in kind]
        if empty is not None:
            choices.insert(0, SelectChoice("", empty))
        super().__init__(
            label, choices=choices, coerce=lambda value: kind(value) if value else None, **kwargs
        )


class YesNoField(SelectField):
    """Yes, no, or not known: ``True``, ``False`` or ``None``."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        choices = [
            SelectChoice("", "—"),
            SelectChoice("yes", _l("yes")),
            SelectChoice("no", _l("no")),
        ]
        super().__init__(label, choices=choices, coerce=_truth, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Anything else says nothing."""


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {"yes": True, "no": False}.get(value)
