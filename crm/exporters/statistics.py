"""Statistics by option as a file: the figures of the page, each in a column of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from crm.exporters.cells import Percent, Row, plain
from crm.exporters.files import WRITERS, Format, filled
from crm.extensions import choose_language
from crm.filters.days import Days
from crm.models import Action, Company, Event, OptionList, User
from crm.nouns import list_word
from crm.wording import word_for

if TYPE_CHECKING:
    from crm.queries.option_statistics import Worth


@dataclass(frozen=True)
class StatisticsExport:
    """What the options of one list are worth, of what ``by`` sees."""

    which: OptionList
    of: str  # the list of what says it
    closed: Days | None
    rows: Sequence[Worth]
    format: Format
    by: User

    @property
    def file_name(self) -> str:
        """``Sources-Deals-2026-06-17.xlsx``."""
        return f"{self.title}-{Company.current().today()}.{self.format}"

    @property
    def title(self) -> str:
        return f"{word_for(self.which)}-{list_word(self.of)}"

    def write(self) -> IO[bytes]:
        """The file, at its beginning. It is the reader's to close, and gone with that."""
        titles = (
            str(word_for(self.which)), str(list_word(self.of)), _("Open amount"), _("Won amount"),
            _("Deals won"), _("Deals lost"), _("Win rate"),
        )  # fmt: skip
        zone = ZoneInfo(Company.current().timezone)
        rows = [[plain(value, zone) for value in _values(row)] for row in self.rows]
        return filled(lambda file: WRITERS[self.format](file, self.title, titles, rows))

    def record(self) -> None:
        """Write down that it was made: of which list, for which days, and how many rows."""
        Event.record(
            Action.EXPORT_MADE, self.by, by=self.by, list=self.which.value,
            filter="&".join(self._filter()), format=self.format.value,
            count=len(self.rows),
        )  # fmt: skip

    def _filter(self) -> list[str]:
        of = [f"of={self.of}"] if self.of != "customers" else []
        return [*of, f"closed={self.closed}"] if self.closed else of


def _values(worth: Worth) -> Row:
    option = worth.option.label(choose_language()) if worth.option else _("Nothing chosen")
    rate = None if worth.win_rate is None else Percent(round(worth.win_rate, 1))
    return (option, worth.count, worth.open_amount, worth.won_amount, worth.won, worth.lost,
            rate)  # fmt: skip
