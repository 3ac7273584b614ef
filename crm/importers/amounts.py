"""Numbers and amounts of money as spreadsheets write them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from flask_babel import gettext as _

from crm.amounts import UNITS, NoAmount, TooLarge, read_amount
from crm.importers.fields import Parser
from crm.importers.known import Known
from crm.importers.problems import BadValue

# What stands in the title of a column, in brackets or at its end, that does not count single ones.
_SCALES = {"千": 1_000, "k": 1_000, "thousand": 1_000, "万": 10_000, "百万": 1_000_000,
           "m": 1_000_000, "million": 1_000_000, "亿": 100_000_000}  # fmt: skip
_SCALE = re.compile(
    r"[(\[【]\s*(?:单位:|rmb|cny|人民币|in)?\s*(?P<one>百万|[千万亿km]|thousands?|millions?)"
    r"\s*(?:元|rmb|cny|人民币)?\s*[)\]】]|(?<=.)(?P<other>百万|[千万亿])元$", re.IGNORECASE,
)  # fmt: skip


def scale_of(title: str) -> int:
    """How many a column counts at a time, by its title: 10,000 for ``金额（万元）``; else 1."""
    found = _SCALE.search(unicodedata.normalize("NFKC", title).strip())
    if found is None:
        return 1
    return _SCALES[(found["one"] or found["other"]).lower().removesuffix("s")]


def without_scale(title: str) -> str:
    """The title without what says that: ``金额``."""
    return _SCALE.sub("", unicodedata.normalize("NFKC", title).strip())


def number(text: str, known: Known) -> Decimal:
    """``12,500.00``, ``￥1.2万``: a number that is not negative."""
    amount = signed(text, known)
    if amount < 0:
        raise BadValue(_("is negative"))
    return amount


def signed(text: str, known: Known) -> Decimal:
    """A number either side of zero."""
    try:
        return read_amount(text, known.currency)
    except TooLarge as error:
        raise BadValue(_("is too large")) from error
    except NoAmount as error:
        raise BadValue(_("is not a number; write it like 12500 or 12,500.00")) from error


def scaled(text: str, factor: int, known: Known) -> str:
    """A number of a column that counts ``factor`` at a time, unless the cell itself says 万."""
    try:
        amount = signed(text, known)
    except BadValue:
        return text  # whoever reads it says why
    has_unit = not UNITS.keys().isdisjoint(unicodedata.normalize("NFKC", text).lower())
    return text if has_unit else f"{amount * factor:f}"


def money(text: str, known: Known) -> Decimal:
    """An amount with at most two decimals."""
    amount = number(text, known)
    if amount != amount.quantize(Decimal("0.01")):
        raise BadValue(_("has more than two decimals"))
    return amount


def whole(most: int) -> Parser:
    """A whole number from 0 to ``most``; ``12.0`` is one."""

    def parse(text: str, known: Known) -> int:
        value = number(text, known)
        if value != int(value):
            raise BadValue(_("is not a whole number"))
        if value > most:
            raise BadValue(_("is more than %(most)s", most=f"{most:,}"))
        return int(value)

    return parse


def percent(text: str, known: Known) -> int:
    """``40`` or ``40%``."""
    value: int = whole(100)(text.rstrip("%％ "), known)
    return value


def currency(text: str, _known: Known) -> str:
    """An ISO 4217 code; whether it has a rate is found out with the amount."""
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadValue(_("is not a currency; write it like CNY or USD"))
    return code
