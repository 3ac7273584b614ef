"""A list as a file: as it is seen, with its filter, its columns and its order, on all its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crm.exporters import vcf_writer
from crm.exporters.cells import Row, Value, plain
from crm.exporters.files import WRITERS, Format, filled
from crm.extensions import db, only_reading
from crm.filters.base import ListFilter
from crm.filters.columns import Column
from crm.formulas import guarded
from crm.models import Action, Company, Event, User
from crm.nouns import list_word
from crm.wording.fields import FIELDS

MOST_ROWS = 500_000
# So many are read from the database at a time.
AT_A_TIME = 500


class TooMany(Exception):
    """The list has more than ``MOST_ROWS`` rows."""


@dataclass
class Export:
    """One list, of which ``by`` gets what they see."""

    name: str
    filter: ListFilter
    format: Format
    by: User
    count: int = 0

    @property
    def file_name(self) -> str:
        """``Customers-2026-06-17.xlsx``."""
        return f"{list_word(self.name)}-{Company.current().today()}.{self.format}"

    def write(self) -> IO[bytes]:
        """The file, at its beginning. It is the reader's to close, and gone with that.

        :raises TooMany: nothing is left out silently.
        """
        with only_reading():
            self._refuse_too_many()
            return filled(self._fill)

    def record(self) -> None:
        """Write down that it was made: with which filter, and how many rows it has."""
        Event.record(
            Action.EXPORT_MADE, self.by, by=self.by, list=self.name,
            filter=self.filter.from_start().text(), format=self.format.value, count=self.count,
        )  # fmt: skip

    def _fill(self, file: IO[bytes]) -> None:
        if self.format is Format.VCF:
            vcf_writer.write(file, self._records())
            return
        titles = [guarded(title) for column in self.filter.shown for title in _titles(column)]
        WRITERS[self.format](file, str(list_word(self.name)), titles, self._rows())

    def _refuse_too_many(self) -> None:
        ids = self.filter.narrow(self.by).with_only_columns(self.filter.MODEL.id)
        first = ids.limit(MOST_ROWS + 1).subquery()
        if (db.session.scalar(select(func.count()).select_from(first)) or 0) > MOST_ROWS:
            raise TooMany

    def _rows(self) -> Iterator[Row]:
        zone = ZoneInfo(Company.current().timezone)
        for record in self._records():
            yield [
                plain(value, zone)
                for column in self.filter.shown
                for value in _values(column, record)
            ]

    def _records(self) -> Iterator[Any]:
        chosen = self.filter.select(self.by).execution_options(yield_per=AT_A_TIME)
        with closing(db.session.scalars(chosen)) as records:
            for record in records:
                self.count += 1
                yield record


def _titles(column: Column) -> list[str]:
    """Its title; an amount in a currency of its own has that one beside it."""
    own_currency = [str(FIELDS["currency"])] if column.currency else []
    return [str(column.title), *own_currency]


def _values(column: Column, record: Any) -> list[Value]:
    return [column.value(record), *([column.currency(record)] if column.currency else [])]
