"""The fields that forms are made of: what was typed becomes money, days, words and records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import DateField, Field, IntegerField, StringField, ValidationError
from wtforms.fields.choices import Choice, SelectChoice, SelectField, SelectFieldBase
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import Select, TextInput

from crm import clock
from crm.extensions import db
from crm.filters.pickers import found
from crm.formatting import label
from crm.forms.base import strip
from crm.models import Company, Option, OptionList
from crm.models.bilingual import Bilingual
from crm.wording import WORDS


class Required(InputRequired):
    """Something must be there, once white space is taken off."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors:
            raise StopValidation  # what was typed could not be read; that is said already
        if field.data is None or field.data == "":
            raise StopValidation(_("Please fill this in."))


def known_timezone(_form: Any, field: Field) -> None:
    """A validator: the text names a time zone."""
    if not clock.is_timezone(field.data):
        raise ValidationError(_("Write it like Asia/Shanghai or Europe/Berlin."))


def text(label: str, longest: int = 200, **kwargs: Any) -> StringField:
    """One line of text that may be empty."""
    validators = [*kwargs.pop("validators", [Optional()]), Length(max=longest)]
    return StringField(label, validators=validators, **kwargs)


class RecordField(SelectFieldBase):
    """A choice among records; its data is the record itself, or ``None``.

    The form offers the records after it is made: ``form.owner.offer(active_users())``.
    """

    widget = Select()
    data: Any

    def __init__(self, label: str, *, empty: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.empty = empty
        self.records: dict[str, Any] = {}
        self.chosen = ""

    def offer(self, records: sa.Select[Any] | list[Any]) -> None:
        """Set what can be chosen; what is chosen already stays, though it may be out of use."""
        rows = records if isinstance(records, list) else list(db.session.scalars(records))
        if self.object_data is not None and self.object_data not in rows:
            rows = [*rows, self.object_data]
        self.records = {str(row.id): row for row in rows}
        if self.data is None:
            self.data = self.records.get(self.chosen)

    def process_data(self, value: Any) -> None:
        self.data = value
        self.chosen = str(value.id) if value is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.chosen, self.data = valuelist[0], None

    def iter_choices(self) -> Iterator[Choice]:
        if self.empty is not None:
            yield Choice(value="", label=self.empty, selected=not self.chosen, render_kw={})
        for key, row in self.records.items():
            text = label(row) if isinstance(row, Bilingual) else str(row)
            yield Choice(value=key, label=text, selected=key == self.chosen, render_kw={})

    def pre_validate(self, form: Any) -> None:
        if self.chosen and self.data is None:
            raise ValidationError(_("This cannot be chosen."))
        if not self.chosen and self.empty is None:
            raise ValidationError(_("Please choose one."))


class OptionField(RecordField):
    """A choice among the options of one list."""

    def __init__(
        self, label: str, which: OptionList, *, empty: str | None = "—", **kwargs: Any
    ) -> None:
        super().__init__(label, empty=empty, **kwargs)
        self.which = which

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        self.offer(Option.of(self.which))


class WordField(SelectField):
    """A choice among the members of a StrEnum, by their words."""

    def __init__(self, label: str, kind: type[StrEnum], *, empty: str | None = None, **kwargs: Any):
        choices = [SelectChoice(member.value, WORDS[kind][member]) for member in kind]
        if empty is not None:
            choices.insert(0, SelectChoice("", empty))
        super().__init__(
            label, choices=choices, coerce=lambda value: kind(value) if value else None, **kwargs
        )


class MoneyField(StringField):
    """An amount with at most two decimals; ``12,500`` and ``￥12500.00`` are understood."""

    widget = TextInput()
    data: Any

    def __init__(self, label: str, *, least: Decimal | None = Decimal(0), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least = least

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        written = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not written:
            return
        plain = written.translate(str.maketrans("０１２３４５６７８９．，", "0123456789.,"))
        plain = re.sub(r"[\s,¥￥$€]", "", plain)
        try:
            amount = Decimal(plain)
        except InvalidOperation:
            raise ValueError(_("Write an amount like 12500 or 12,500.00.")) from None
        if not amount.is_finite() or amount.adjusted() > 11:
            raise ValueError(_("This amount is too large."))
        if amount != amount.quantize(Decimal("0.01")):
            raise ValueError(_("An amount has at most two decimals."))
        if self.least is not None and amount < self.least:
            raise ValueError(_("This must be %(least)s or more.", least=self.least))
        self.data = amount


class DayField(DateField):
    """A day, by the browser's own picker; an empty one is ``None``."""

    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None and not 1900 <= self.data.year <= 2200:
            self.data = None
            raise ValueError(_("This day is too far away."))


class WholeNumberField(IntegerField):
    """A whole number within bounds; an empty one is ``None``."""

    def __init__(self, label: str, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, validators=[Optional()], **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([value.strip() for value in valuelist if value.strip()])

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.least <= self.data <= self.most:
            raise ValidationError(
                _("Write a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )


class PickerField(StringField):
    """A record found by what is typed: its code, its name, or a part that fits only one.

    The browser completes it from a ``<datalist>`` that htmx fills; without JavaScript the typed
    text is looked up on the server just the same. The data is the record. What is chosen already
    stays, though who edits the form may not see it.
    """

    def __init__(self, label: str, noun: str, *, visible_to: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.noun = noun

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else picked(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        written = strip(valuelist[0]) if valuelist else None
        self.data = None
        if written and self.object_data is not None and written == picked(self.object_data):
            self.data = self.object_data
        elif (
            written and len(written) > 300
        ):  # no name is so long, and a search for it would be refused
            raise ValueError(_("Nothing by that name. Type a part of the name, or the code."))
        elif written:
            self.data = self._look_up(written)

    def _look_up(self, written: str) -> Any:
        rows = found(self.noun, written, current_user)
        if not rows:
            raise ValueError(_("Nothing by that name. Type a part of the name, or the code."))
        if len(rows) > 1:
            raise ValueError(_("Several match. Type more of the name, or the code."))
        return rows[0]


def picked(record: Any) -> str:
    """How a picker writes a record: ``C-000012 · Dalian Sigma``."""
    return f"{code_of(record)} · {record}"


def code_of(record: Any) -> str:
    """``C-000012`` or ``D-000345``."""
    return str(record.code)


CURRENCIES = ("CNY", "USD", "EUR", "JPY", "GBP", "HKD", "KRW", "TWD", "SGD", "AUD", "CAD", "CHF",
              "INR", "RUB", "THB", "VND", "MYR", "IDR", "AED", "SAR", "BRL", "TRY")  # fmt: skip


class CurrencyField(SelectField):
    """An ISO 4217 currency; the company's own comes first and is preset."""

    data: Any

    def __init__(self, label: str = _l("Currency"), **kwargs: Any) -> None:
        super().__init__(label, **kwargs)

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        base = Company.current().base_currency
        codes = [base, *(code for code in CURRENCIES if code != base)]
        self.choices = [SelectChoice(code, code) for code in codes]
        super().process(formdata, *args, **kwargs)
        if not self.data:
            self.data = base
