"""What stands in a cell: a plain value, which each kind of file writes in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm.formulas import guarded


@dataclass(frozen=True)
class Percent:
    """A share: spreadsheets show and reckon with 26.7 percent as one, so ``26.7%`` in CSV."""

    value: Decimal

    def __str__(self) -> str:
        return f"{self.value}%"


class Rate(Decimal):
    """An exchange rate: in two decimals it would not come to the amount beside it."""


Value: TypeAlias = str | int | Decimal | Percent | date | datetime | None
Row: TypeAlias = Sequence[Value]


def plain(value: Value, zone: ZoneInfo) -> Value:
    """``value`` as a spreadsheet may have it.

    Text that it would run is guarded, a switch is a word, and a moment is what the clocks of
    ``zone`` showed, to the second.
    """
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return guarded(value.replace("\0", ""))
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(microsecond=0, tzinfo=None)
    return value
