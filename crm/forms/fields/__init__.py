"""The fields that forms are made of: what was typed becomes money, days, words and records."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import get_timezone, lazy_pgettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, Field, IntegerField, StringField, ValidationError
from wtforms.fields.choices import Choice, SelectChoice, SelectField, SelectFieldBase
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import Select, TextInput

from crm import clock
from crm.amounts import NoAmount, TooLarge, read_amount
from crm.extensions import db
from crm.filters.columns import words
from crm.models import Company, Option, OptionList
from crm.names import tidy_name
from crm.wording import WORDS


class Required(InputRequired):
    """Something must be there, once white space is taken off."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors:
            raise StopValidation  # what was typed could not be read; that is said already
        if field.data is None or field.data in ("", []):
            raise StopValidation(_("Please fill this in."))


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


def name_field(label: str = lazy_pgettext("contact", "Name")) -> StringField:
    """A person's name, in the order of its language."""
    return StringField(label, validators=[Required(), Length(max=200)], filters=[tidy_name])


def _rows_of(records: sa.Select[Any] | Sequence[Any]) -> list[Any]:
    """What is offered, read from the database where it was not yet."""
    return list(db.session.scalars(records) if isinstance(records, sa.Select) else records)


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

    def offer(self, records: sa.Select[Any] | Sequence[Any]) -> None:
        """Set what can be chosen; what is chosen already stays, though it may be out of use."""
        rows = _rows_of(records)
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
            text = words(row)
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
        self.offer(Option.in_use(self.which))


class RecordsField(RecordField):
    """Several among records, as boxes to tick; its data is a list.

    Its control sends an empty text too: without it nothing at all would tell of no tick.
    """

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())
        self.ticked = {str(record.id) for record in self.data}

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.ticked, self.data = set(filter(None, valuelist)), None

    def offer(self, records: sa.Select[Any] | Sequence[Any]) -> None:
        """Set what can be ticked; what is ticked already stays, though it may be out of use."""
        rows = _rows_of(records)
        before = [row for row in self.object_data or () if row not in rows]
        self.records = {str(row.id): row for row in (*rows, *before)}
        if self.data is None:
            self.data = [row for key, row in self.records.items() if key in self.ticked]

    def iter_choices(self) -> Iterator[Choice]:
        for key, row in self.records.items():
            yield Choice(value=key, label=words(row), selected=key in self.ticked, render_kw={})

    def pre_validate(self, form: Any) -> None:
        if not self.ticked <= self.records.keys():
            raise ValidationError(_("This cannot be chosen."))


class WordField(SelectField):
    """A choice among the members of a StrEnum, by their words."""

    def __init__(self, label: str, kind: type[StrEnum], *, empty: str | None = None, **kwargs: Any):
        choices = [SelectChoice(member.value, WORDS[kind][member]) for member in kind]
        if empty is not None:
            choices.insert(0, SelectChoice("", empty))
        super().__init__(
            label, choices=choices, coerce=lambda value: kind(value) if value else None, **kwargs
        )


def plain_number(written: str) -> str:
    """``１，２００`` → ``1200``: without what stands between digits, in the usual width."""
    return re.sub(r"[\s,_']", "", unicodedata.normalize("NFKC", written))


def amount_typed(written: str, places: int = 2) -> Decimal:
    """``1.25万`` → 12500.

    :param places: how many decimals it may have.
    :raises ValueError: it is no amount; the message says why.
    """
    try:
        amount = read_amount(written)
    except TooLarge as error:
        raise ValueError(_("This amount is too large.")) from error
    except NoAmount as error:
        raise ValueError(_("Write an amount like 12500, 12,500.00 or 1.25万.")) from error
    if amount != round(amount, places):
        raise ValueError(
            _("An amount has at most two decimals.")
            if places == 2
            else _("A number has at most %(places)s decimals.", places=places)
        )
    return amount


class MoneyField(StringField):
    """An amount with at most two decimals; ``12,500``, ``￥12500.00`` and ``1.25万`` are read."""

    widget = TextInput()
    data: Any
    places = 2

    def __init__(
        self, label: str, *, least: Decimal | None = Decimal(0), in_base: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """:param in_base: whatever currency the form asks for, this is in the base currency."""
        super().__init__(label, **kwargs)
        self.least, self.in_base = least, in_base

    def _value(self) -> str:
        if self.data is None and self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._written(self.data)

    def _written(self, amount: Decimal) -> str:
        return f"{amount:,.2f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if not valuelist[0].strip():
            return
        amount = amount_typed(valuelist[0], self.places)
        if self.least is not None and amount < self.least:
            raise ValueError(_("This must be %(least)s or more.", least=self.least))
        self.data = amount


class NumberField(MoneyField):
    """A number with at most six decimals, either side of zero."""

    places = 6

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, least=None, **kwargs)

    def _written(self, amount: Decimal) -> str:
        return f"{amount:,f}"


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


def _a_month_after(day: date) -> date:
    """The same day of the next month, or its last one."""
    year, month = divmod(day.year * 12 + day.month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# "Next week" is its Monday; of two names for one day the first is offered.
QUICK_DAYS: dict[str, tuple[Any, Callable[[date], date]]] = {
    "yesterday": (_l("Yesterday"), lambda today: today - timedelta(days=1)),
    "today": (_l("Today"), lambda today: today),
    "tomorrow": (_l("Tomorrow"), lambda today: today + timedelta(days=1)),
    "next_week": (_l("Next week"), lambda today: today + timedelta(days=7 - today.weekday())),
    "in_a_week": (_l("In a week"), lambda today: today + timedelta(days=7)),
    "in_a_month": (_l("In a month"), _a_month_after),
    "in_three_months": (
        _l("In 3 months"),
        lambda today: _a_month_after(_a_month_after(_a_month_after(today))),
    ),
}


def quick_day(name: str) -> tuple[str, date]:
    """What a quick day is called, and which one it is today."""
    words, day = QUICK_DAYS[name]
    return str(words), day(Company.current().today())


class DayField(DateField):
    """A day, by the browser's own picker; an empty one is ``None``.

    :param quick: the days offered as buttons beside it: names of ``QUICK_DAYS``.
    """

    data: Any

    def __init__(self, label: str, *, quick: tuple[str, ...] = (), **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.quick = quick

    def quick_days(self) -> list[tuple[str, date]]:
        """What stands on each button, and its day: no day twice."""
        offered = [quick_day(name) for name in reversed(self.quick)]
        words = {day: text for text, day in offered}
        return [(words[day], day) for day in sorted(words)]

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None  # an emptied field does not keep what the record has
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None and not 1900 <= self.data.year <= 2200:
            self.data = None
            raise ValueError(_("This day is too far away."))


class MomentField(DateTimeLocalField):
    """A day and a time in the writer's zone; its data is aware. An empty one is ``None``.

    Browsers ask for minutes: what was shown and not changed keeps its seconds.
    """

    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, format=formats, tz=_zone_of_writer, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        before, self.data = self.object_data, None
        super().process_formdata([value for value in valuelist if value.strip()])
        if self.data is not None and not 1900 <= self.data.year <= 2200:
            self.data = None
            raise ValueError(_("This day is too far away."))
        if before and self.data and before - timedelta(minutes=1) < self.data <= before:
            self.data = before


def _zone_of_writer() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))


class WholeNumberField(IntegerField):
    """A whole number within bounds; an empty one is ``None``."""

    # A number input would hide what was typed wrongly from the server.
    widget = TextInput()

    def __init__(self, label: str, least: int, most: int, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = None
            super().process_formdata([text for text in map(plain_number, valuelist) if text])

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.least <= self.data <= self.most:
            raise ValidationError(
                _("Write a number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )


CURRENCIES = ("CNY", "USD", "EUR", "JPY", "GBP", "HKD", "KRW", "TWD", "SGD", "AUD", "CAD", "CHF",
              "INR", "RUB", "THB", "VND", "MYR", "IDR", "AED", "SAR", "BRL", "TRY")  # fmt: skip


class CurrencyField(SelectField):
    """An ISO 4217 currency; the company's own comes first and is preset.

    :param is_foreign: the company's own is not among them.
    """

    data: Any

    def __init__(
        self, label: str = _l("Currency"), *, is_foreign: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.is_foreign = is_foreign

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        base = Company.current().base_currency
        others = [code for code in CURRENCIES if code != base]
        codes = others if self.is_foreign else [base, *others]
        self.choices = [SelectChoice(code, code) for code in codes]
        super().process(formdata, *args, **kwargs)
        if not self.data:
            self.data = codes[0]
