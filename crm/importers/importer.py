"""What importing any noun has in common: the way of a batch of rows, and of each row in it.

How a row is read, finds its record and becomes what that says: ``reading``, ``finding`` and
``recording``. A row that says nothing new changes and records nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute

from crm.importers.custom import custom_fields, own_fields
from crm.importers.fields import Field
from crm.importers.finding import Finding
from crm.importers.journal import Journal
from crm.importers.known import Known
from crm.importers.mapping import Mapping
from crm.importers.matching import Matching
from crm.importers.plan import Mode, Plan
from crm.importers.problems import BadValue, Refused
from crm.importers.reading import Reading
from crm.importers.recording import Recording
from crm.importers.rows import Fate, Result, Row, Watcher
from crm.importers.table import Line
from crm.models import CustomNoun, Event, User


class Importer(Finding, Reading, Recording):
    """Takes rows batch by batch, in one pass: checking only, or writing too."""

    noun: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    # The fields that can be the same for all rows.
    constants: ClassVar[tuple[str, ...]] = ()
    # What holds a record where it is, once its import is undone: columns that name it.
    held_by: ClassVar[tuple[InstrumentedAttribute[Any], ...]] = ()
    custom_noun: ClassVar[CustomNoun | None] = None

    def __init__(
        self, mapping: Mapping, known: Known, *, by: User | None, writing: bool,
        plan: Plan | None = None, journal: Journal | None = None, watcher: Watcher | None = None,
    ) -> None:  # fmt: skip
        """:raises Refused: nothing that tells rows apart is mapped."""
        self.mapping, self.known, self.by, self.writing = mapping, known, by, writing
        self.journal, self.watcher = journal, watcher or Watcher()
        self.mode = plan.mode if plan else Mode.BOTH
        self.fills_only = plan is not None and plan.fills_only
        self.matching = Matching(mapping.meanings, known)
        self.result = Result()
        self._fields = [field for field in self.all_fields() if mapping.fills(field.name)]
        self._own = own_fields(self.custom_noun) if self.custom_noun else {}
        self._key_field = (plan.key if plan else "") or self.key_for(mapping) or "name"
        if not mapping.fills(self._key_field):
            raise Refused(_("Nothing tells the rows apart: map external_id, or name."))
        self._line_of: dict[str, int] = {}
        self._free_ids: list[int] = []
        self._undone = {}

    @classmethod
    def all_fields(cls) -> tuple[Field, ...]:
        """Our fields, and those that the firm has added."""
        return (*cls.fields, *(custom_fields(cls.custom_noun) if cls.custom_noun else ()))

    @classmethod
    def needed(cls, mode: Mode, key: str) -> list[str]:
        """The fields without which the rows of a plan cannot be taken."""
        required = [field.name for field in cls.fields if field.required]
        return list(dict.fromkeys([key] if mode is Mode.UPDATE else [key, *required]))

    @classmethod
    def constant_fields(cls) -> list[Field]:
        """The fields that can be the same for all rows, as far as there are any now."""
        known = {field.name: field for field in cls.all_fields()}
        return [known[name] for name in cls.constants if name in known]

    def take(self, header: Sequence[str], lines: Iterable[Line]) -> None:
        """Check a batch of rows and, in a writing pass, write it."""
        with Event.recorded_together() if self.writing else nullcontext():
            rows = [row for line in lines if (row := self._read(header, line))]
            records = self._records_of(rows)
            self.look_up(rows, records)
            for row in rows:
                try:
                    self._take(row, records[row.key])
                except BadValue as error:
                    self.report(row, error)
        if self.journal is not None:
            self.journal.write()

    def finish(self) -> None:  # most nouns have nothing to add
        """What can be done only after the last row."""

    # What each noun says for itself.

    def look_up(self, rows: list[Row], records: dict[str, list[Any]]) -> None:
        """Load in one go what the rows refer to; ``records`` are theirs, by key."""

    def check(self, row: Row, record: Any | None) -> None:
        """Check what single cells cannot show, and complete the row's values.

        :raises BadValue: naming the field.
        """

    def write_besides(self, row: Row, record: Any) -> None:
        """Write what else the row is about, once its record is."""

    def _take(self, row: Row, records: list[Any]) -> None:
        record = self._one_of(records, row)
        if self.mode is (Mode.UPDATE if record is None else Mode.CREATE):
            self._count(Fate.SKIPPED, row, record, set())
            return
        if record is not None and self.fills_only:
            self.leave_what_is_there(row, record)
        self.check(row, record)
        self._check_external_id(row, record)
        if record is None:
            self._make(row)
        elif changes := self.changes(row, record):
            self._change(row, record, changes)
        else:
            self._count(Fate.UNCHANGED, row, record, set())

    def _make(self, row: Row) -> None:
        self._count(Fate.CREATED, row, None, set())
        self.known.options.take(row.values.values())
        if self.writing:
            self._give_way(self.external_id(row))
            made = self.create(row)
            if self.journal is not None:
                self.journal.made(row.line, made)
            self.write_besides(row, made)

    def _change(self, row: Row, record: Any, changes: set[str]) -> None:
        self._count(Fate.UPDATED, row, record, changes)
        self.known.options.take(row.values.get(name) for name in changes)
        if self.writing:
            if self.journal is not None:
                self.journal.about_to_change(row.line, record, self.columns(changes))
            self.update(row, record, changes)
            self.write_besides(row, record)

    def _count(self, fate: Fate, row: Row, record: Any | None, changes: set[str]) -> None:
        setattr(self.result, fate.value, getattr(self.result, fate.value) + 1)
        self.watcher.saw(self, row, record, fate, changes)
