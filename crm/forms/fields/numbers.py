"""Fields that read amounts and numbers, and the currencies of amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField
from wtforms.validators import Optional
from wtforms.widgets import TextInput

from crm.amounts import NoAmount, TooLarge, read_amount
from crm.base import shortly
from crm.models import Company


def amount_typed(written: str, places: int = 2) -> Decimal:
    """``1.25万`` → 12500.

    :param places: how many decimals it may have.
    :raises ValueError: it is no amount; the message says why.
    """
    is_money = places == 2
    try:
        amount = read_amount(written)
    except TooLarge as error:
        raise ValueError(
            _("This amount is too large.") if is_money else _("This number is too large.")
        ) from error
    except NoAmount as error:
        raise ValueError(
            _("Write an amount like 12500, 12,500.00 or 1.25万.")
            if is_money
            else _("Write a number like 120 or 12.5.")
        ) from error
    if amount != round(amount, places):
        raise ValueError(
            _("An amount has at most two decimals.")
            if is_money
            else _("A number has at most %(places)s decimals.", places=places)
        )
    return amount


class MoneyField(StringField):
    """An amount with at most two decimals; ``12,500``, ``￥12500.00`` and ``1.25万`` are read."""

    widget = TextInput()
    data: Any
    places = 2
    # What it is in, where the form knows that and does not ask.
    currency = ""

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


class QuantityField(NumberField):
    """How many, or how much: above zero."""

    def _written(self, amount: Decimal) -> str:
        return shortly(amount)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data <= 0:
            raise ValidationError(_("Write a number above zero."))


class WholeNumberField(IntegerField):
    """A whole number within bounds, written as amounts are; an empty one is ``None``."""

    # A number input would hide what was typed wrongly from the server.
    widget = TextInput()

    def __init__(self, label: str, least: int, most: int, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [Optional()])
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if not valuelist[0].strip():
            return
        try:
            amount = read_amount(valuelist[0])
        except TooLarge as error:
            raise self._out_of_bounds() from error
        except NoAmount as error:
            raise ValueError(_("Write a whole number.")) from error
        if amount != int(amount):
            raise ValueError(_("Write a whole number."))
        self.data = int(amount)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.least <= self.data <= self.most:
            raise self._out_of_bounds()

    def _out_of_bounds(self) -> ValidationError:
        return ValidationError(
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
