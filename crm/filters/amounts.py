"""Amounts in a filter: from one to another, in the base currency."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Self

from flask_babel import format_currency, format_decimal
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from crm.filters.address import range_of
from crm.models import Company

LARGEST = Decimal(10) ** 12


class Amounts(str):
    """``50000..200000``, open at either end."""

    is_named = False
    LEAST: ClassVar[Decimal] = Decimal(0)

    def __new__(cls, written: str) -> Self:
        least, most = range_of(written, _amount)
        if min(end for end in (least, most) if end is not None) < cls.LEAST:
            raise ValueError(written)
        if least is not None and most is not None and most < least:
            least, most = most, least
        return super().__new__(cls, f"{_plain(least)}..{_plain(most)}")

    @property
    def first(self) -> str:
        """The least, as it is typed."""
        return self.partition("..")[0]

    @property
    def last(self) -> str:
        """The most, as it is typed."""
        return self.partition("..")[2]

    def of(
        self,
        column: InstrumentedAttribute[Any] | ColumnElement[Any],
        stored: Callable[[Decimal], Any] = lambda end: end,
    ) -> list[ColumnElement[bool]]:
        """The conditions that an amount is one of these; none at all is not.

        :param stored: what ``column`` has for an amount.
        """
        least, most = (None if end is None else stored(end) for end in range_of(self, _amount))
        above = [column >= least] if least is not None else []
        return above + ([column <= most] if most is not None else [])

    def words(self) -> str:
        """What they are called in the reader's language."""
        least, most = (None if end is None else self.said(end) for end in range_of(self, _amount))
        if least and most:
            return _("%(first)s to %(last)s", first=least, last=most)
        return _("from %(amount)s", amount=least) if least else _("up to %(amount)s", amount=most)

    def said(self, end: Decimal) -> str:
        return _money(end)


class Sums(Amounts):
    """Amounts either side of zero."""

    LEAST: ClassVar[Decimal] = -LARGEST


class Numbers(Sums):
    """Numbers that are no money."""

    def said(self, end: Decimal) -> str:
        return str(format_decimal(end))


def _amount(written: str) -> Decimal:
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise ValueError(written) from None
    if not amount.is_finite() or not -LARGEST < amount < LARGEST:
        raise ValueError(written)
    return round(amount, 6)


def _plain(amount: Decimal | None) -> str:
    """``50000``, ``0.5``: as one types it."""
    return "" if amount is None else f"{amount.normalize():f}"


def _money(amount: Decimal) -> str:
    return str(format_currency(amount, Company.current().base_currency, "¤#,##0.##",
                               currency_digits=False))  # fmt: skip
