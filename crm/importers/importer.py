"""What importing any noun has in common: reading a row, finding its record, counting, writing.

A row's key is its external id; without a column for that, the folded name. The key finds the
record again when the import is repeated: a row that says nothing new changes and records nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from crm.extensions import db
from crm.importers.fields import Field
from crm.importers.known import Known, key_of
from crm.importers.mapping import Mapping
from crm.importers.problems import BadValue, Problem, Refused
from crm.importers.table import Line
from crm.models import Event, User


@dataclass
class Row:
    """One row: where it stands, what its cells say, and the values read from them."""

    line: int
    texts: dict[str, str]
    values: dict[str, Any]
    key: str = ""


@dataclass
class Result:
    """What an import did or, after a check, would do; ``besides`` counts what else it makes."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    besides: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The rows that were taken."""
        return self.created + self.updated + self.unchanged


class Importer(ABC):
    """Takes rows batch by batch, in one pass: checking only, or writing too."""

    noun: ClassVar[str]
    model: ClassVar[Any]
    fields: ClassVar[tuple[Field, ...]]
    # The fields that are simply set; everything else about a record is changed by its verbs.
    plain: ClassVar[tuple[str, ...]]

    def __init__(self, mapping: Mapping, known: Known, *, by: User | None, writing: bool) -> None:
        """:raises Refused: neither an external id nor a name is mapped."""
        self.mapping, self.known, self.by, self.writing = mapping, known, by, writing
        self.result = Result()
        self._fields = [field for field in self.fields if mapping.fills(field.name)]
        self._key_field = "external_id" if mapping.fills("external_id") else "name"
        if not mapping.fills(self._key_field):
            raise Refused(_("Nothing tells the rows apart: map external_id, or name."))
        self._line_of: dict[str, int] = {}

    def take(self, header: Sequence[str], lines: Iterable[Line]) -> None:
        """Check a batch of rows and, in a writing pass, write it."""
        with Event.recorded_together() if self.writing else nullcontext():
            rows = [row for line in lines if (row := self._read(header, line))]
            records = self._records_of(rows)
            self.look_up(rows)
            for row in rows:
                try:
                    self._take(row, records[row.key])
                except BadValue as error:
                    self.report(row, error)

    def finish(self) -> None:  # noqa: B027  # most nouns have nothing to add
        """What can be done only after the last row."""

    def report(self, row: Row, error: BadValue) -> None:
        """Add a problem with ``row``."""
        name = error.field or ""
        column = self.mapping.columns.get(name, name)
        self.result.problems.append(
            Problem(row.line, column, row.texts.get(name, ""), error.reason)
        )

    # What each noun says for itself.

    def look_up(self, rows: list[Row]) -> None:  # noqa: B027
        """Load in one go what the rows refer to."""

    def existing(self) -> Select[Any]:
        """The existing records, with what ``changes`` compares loaded."""
        return select(self.model)

    def in_use(self) -> Select[int, str]:
        """The id and name of the records that a row without an id may mean."""
        return select(self.model.id, self.model.name)

    def check(self, row: Row, record: Any | None) -> None:  # noqa: B027
        """Check what single cells cannot show, and complete the row's values.

        :raises BadValue: naming the field.
        """

    def changes(self, row: Row, record: Any) -> set[str]:
        """The fields in which the row differs from its record; empty cells say nothing."""
        return {name for name, value in self.given(row).items() if getattr(record, name) != value}

    @abstractmethod
    def create(self, row: Row) -> None:
        """Make the row's record."""

    @abstractmethod
    def update(self, row: Row, record: Any, changes: set[str]) -> None:
        """Bring the record to what the row says."""

    def given(self, row: Row) -> dict[str, Any]:
        """The plain fields that the row fills."""
        return {name: value for name in self.plain if (value := row.values.get(name)) is not None}

    def set_plain(self, row: Row, record: Any, changes: set[str]) -> None:
        """Give the record the plain fields among ``changes``."""
        for name in changes.intersection(self.plain):
            setattr(record, name, row.values[name])

    # The way of one row.

    def _read(self, header: Sequence[str], line: Line) -> Row | None:
        if len(line.cells) != len(header):
            reason = _("has %(cells)s cells, the header has %(columns)s",
                       cells=len(line.cells), columns=len(header))  # fmt: skip
            self.result.problems.append(Problem(line.number, "", "", reason))
            return None
        row = Row(line.number, self.mapping.texts(dict(zip(header, line.cells, strict=True))), {})
        faults = [error for field in self._fields if (error := self._parse(field, row))]
        for error in faults:
            self.report(row, error)
        if faults:
            return None
        key = row.values[self._key_field]
        row.key = key_of(key) if self._key_field == "name" else key
        return row if self._is_first(row) else None

    def _parse(self, field: Field, row: Row) -> BadValue | None:
        text = row.texts[field.name]
        row.values[field.name] = None
        if not text:
            if field.required or field.never_empty or field.name == self._key_field:
                return BadValue(_("is empty"), field.name)
            return None
        try:
            row.values[field.name] = field.parse(text, self.known)
        except BadValue as error:
            return BadValue(error.reason, field.name)
        return None

    def _is_first(self, row: Row) -> bool:
        first = self._line_of.setdefault(row.key, row.line)
        if first != row.line:
            error = BadValue(_("is on line %(line)s already", line=first), self._key_field)
            self.report(row, error)
        return first == row.line

    def _take(self, row: Row, records: list[Any]) -> None:
        if len(records) > 1:
            raise BadValue(_("fits several: map an external id"), self._key_field)
        record = records[0] if records else None
        if getattr(record, "trashed_at", None) is not None:
            raise BadValue(_("is in the trash: restore it first"), self._key_field)
        self.check(row, record)
        if record is None:
            self.result.created += 1
            if self.writing:
                self.create(row)
        elif changes := self.changes(row, record):
            self.result.updated += 1
            if self.writing:
                self.update(row, record, changes)
        else:
            self.result.unchanged += 1

    def _records_of(self, rows: list[Row]) -> dict[str, list[Any]]:
        """The records with each row's key; where the name is the key, those with that name too."""
        records: dict[str, list[Any]] = {row.key: [] for row in rows}
        for record in self._load(self.model.external_id, list(records)):
            records[record.external_id].append(record)
        if self._key_field == "name":
            key_by_id = {
                record_id: key
                for key, found in records.items()
                if not found
                for record_id in self._ids_by_name.get(key, ())
            }
            for record in self._load(self.model.id, list(key_by_id)):
                records[key_by_id[record.id]].append(record)
        return records

    def _load(self, column: InstrumentedAttribute[Any], values: list[Any]) -> Iterable[Any]:
        return db.session.scalars(self.existing().where(column.in_(values))) if values else ()

    @cached_property
    def _ids_by_name(self) -> dict[str, list[int]]:
        """The ids of the records in use, by folded name."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for record_id, name in db.session.execute(self.in_use()):
            found[key_of(name)].append(record_id)
        return found
