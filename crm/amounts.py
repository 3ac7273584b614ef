"""Amounts as people write them: ``12,500``, ``￥1.25万``, ``12k``; typed or imported."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# What people write behind a number instead of its zeros.
UNITS = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000, "m": 1_000_000, "亿": 100_000_000}
# The signs that may stand at an amount, by its currency.
SIGNS = {"CNY": "¥元", "JPY": "¥円", "USD": "$", "EUR": "€", "GBP": "£"}
TOO_MUCH = Decimal(10) ** 12
# More than any amount has, with all that may stand between its digits.
LONGEST = 60

# Thousands are divided alike throughout: 12,5 is no 125.
_WHOLE = r"[0-9]{1,3}(?P<by>[,'_ ])[0-9]{3}(?:(?P=by)[0-9]{3})*|[0-9]+"
_NUMBER = re.compile(rf"([-+]?)((?:{_WHOLE})\.?[0-9]*|\.[0-9]+) ?([{''.join(UNITS)}]?)")

# Whatever stands between them, there are more of them than any amount has.
_MANY_DIGITS = re.compile(r"[^0-9]?[0-9,.'_ ]+[^0-9]?")


class NoAmount(ValueError):
    """It is none."""


class TooLarge(NoAmount):
    """It is more than any amount that we keep."""


def read_amount(written: str, currency: str = "") -> Decimal:
    """``1.25万`` → 12500.

    :param currency: the only one whose sign it may have; default: any.
    :raises NoAmount: it cannot be meant as one.
    """
    if len(written) > LONGEST:
        raise TooLarge if _MANY_DIGITS.fullmatch(written) else NoAmount
    plain = _without_sign(unicodedata.normalize("NFKC", written).strip().upper(), currency)
    number = _NUMBER.fullmatch(plain.lower())
    if number is None:
        raise NoAmount
    minus, digits, _by, unit = number.groups()
    amount = Decimal(re.sub("[,'_ ]", "", digits)) * UNITS.get(unit, 1)
    if amount >= TOO_MUCH:
        raise TooLarge
    return -amount if amount and minus == "-" else amount


def _without_sign(plain: str, currency: str) -> str:
    """``-US$5`` → ``-5``, ``5元`` → ``5``; what is before the number stays before it."""
    signs = re.escape(SIGNS.get(currency, "") if currency else "".join(SIGNS.values()))
    if not signs:
        return plain
    letters = currency[:2] or "[A-Z]{2}"  # CN¥, US$
    plain = re.sub(rf"^([-+]?) ?(?:{letters})?[{signs}] ?", r"\1", plain)
    return re.sub(rf" ?[{signs}]$", "", plain)
