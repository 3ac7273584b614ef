"""What importing any noun has in common: reading a row, finding its record, counting, writing.

A row's key is what was chosen for it; else its code, its external id or its folded name, the first
of these that is mapped. The key finds the record again when the import is repeated: a row that
says nothing new changes and records nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from crm import clock
from crm.extensions import db
from crm.importers.custom import custom_fields, own_fields
from crm.importers.fields import Field
from crm.importers.journal import Journal
from crm.importers.known import Known, key_of
from crm.importers.mapping import Mapping
from crm.importers.plan import Mode, Plan
from crm.importers.problems import BadValue, Problem, Refused
from crm.importers.rows import Fate, Result, Row, Watcher
from crm.importers.table import Line
from crm.models import CustomNoun, Event, User
from crm.models.plain import put_back
from crm.telephones import compared

# So many ids are taken at a time for records that are to be made.
IDS = 500


class Importer(ABC):
    """Takes rows batch by batch, in one pass: checking only, or writing too."""

    noun: ClassVar[str]
    model: ClassVar[Any]
    fields: ClassVar[tuple[Field, ...]]
    # The fields that are simply set; everything else about a record is changed by its verbs.
    plain: ClassVar[tuple[str, ...]]
    # The fields by which a row can find its record, the surest first.
    keys: ClassVar[tuple[str, ...]] = ("code", "external_id", "name")
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
        self.result = Result()
        self._fields = [field for field in self.all_fields() if mapping.fills(field.name)]
        self._own = own_fields(self.custom_noun) if self.custom_noun else {}
        self._key_field = (plan.key if plan else "") or self.key_for(mapping) or "name"
        if not mapping.fills(self._key_field):
            raise Refused(_("Nothing tells the rows apart: map external_id, or name."))
        self._line_of: dict[str, int] = {}
        self._free_ids: list[int] = []

    @classmethod
    def all_fields(cls) -> tuple[Field, ...]:
        """Our fields, and those that the firm has added."""
        return (*cls.fields, *(custom_fields(cls.custom_noun) if cls.custom_noun else ()))

    @classmethod
    def key_for(cls, mapping: Mapping) -> str:
        """The surest key that is mapped; "" if there is none."""
        return next((name for name in cls.keys if mapping.fills(name)), "")

    @classmethod
    def needed(cls, mode: Mode, key: str) -> list[str]:
        """The fields without which the rows of a plan cannot be taken."""
        required = [field.name for field in cls.fields if field.required]
        return list(dict.fromkeys([key] if mode is Mode.UPDATE else [key, *required]))

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
        if self.journal is not None:
            self.journal.write()

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

    @classmethod
    def existing(cls) -> Select[Any]:
        """The existing records, with what ``changes`` compares loaded."""
        return select(cls.model)

    def _loaded(self) -> Select[Any]:
        chosen = self.existing()
        has_tags = self.mapping.fills("tags")
        return chosen.options(selectinload(self.model.tags)) if has_tags else chosen

    def in_use(self) -> Select[Any]:
        """The id and the key's column of the records that a row without an id may mean."""
        chosen = select(self.model.id, getattr(self.model, self._key_field))
        return chosen if self.model is User else chosen.where(self.model.trashed_at.is_(None))

    def keys_in_use(self) -> Iterable[tuple[int, str]]:
        """The id and the folded key of each of those."""
        for record_id, text in db.session.execute(self.in_use()):
            if text:
                yield record_id, folded_key(self._key_field, text)

    def key(self, row: Row) -> str:
        """What a row is known by."""
        value = row.values[self._key_field]
        return f"line {row.line}" if value is None else folded_key(self._key_field, str(value))

    def check(self, row: Row, record: Any | None) -> None:  # noqa: B027
        """Check what single cells cannot show, and complete the row's values.

        :raises BadValue: naming the field.
        """

    def changes(self, row: Row, record: Any) -> set[str]:
        """The fields in which the row differs from its record; empty cells say nothing."""
        changed = {
            name
            for name, value in self.given(row).items()
            if not self._same(getattr(record, name), value)
        }
        return changed | {
            name
            for name, own in self._own.items()
            if (value := row.values.get(name)) is not None
            if (record.custom or {}).get(str(own.id)) != own.stored(value)
        }

    def columns(self, changes: set[str]) -> list[str]:
        """The columns in which ``changes`` are kept: what an undoing puts back, in this order."""
        table = self.model.__table__.c
        whole = {*table.keys(), *self._own, "tags"}
        names = sorted(changes)  # a contact is moved (customer) before it is primary there
        return [name if name in whole else f"{name}_id" for name in names]

    @classmethod
    def put_back(cls, record: Any, column: str, old: Any, *, by: User) -> bool:
        """Undoing: let a column say again what it said, if it still can."""
        return put_back(record, column, old)

    @abstractmethod
    def create(self, row: Row) -> Any:
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
            if name == "tags":
                record.tag_as(row.values[name])
            else:
                setattr(record, name, row.values[name])
        for name in changes.intersection(self._own):
            record.set_custom(self._own[name], row.values[name])

    def set_own(self, row: Row, record: Any) -> None:
        """Give a new record what its row says of the firm's own fields, else what new ones have."""
        record.set_defaults(self._own.values())
        self.set_plain(
            row, record, {name for name in self._own if row.values.get(name) is not None}
        )

    def external_id(self, row: Row) -> str | None:
        """What the file calls a new record: its id there, else the name it is known by."""
        given: str | None = row.values.get("external_id")
        return given or (row.key if self._key_field in ("external_id", "name") else None)

    def new_id(self) -> int:
        """The id of a record that is to be made: known beforehand, it is written once."""
        if not self._free_ids:
            self._free_ids = _new_ids(self.model)
        return self._free_ids.pop(0)

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
        row.key = self.key(row)
        return row if self._is_first(row) else None

    def _parse(self, field: Field, row: Row) -> BadValue | None:
        text = row.texts[field.name]
        row.values[field.name] = None
        if not text:
            needed = field.never_empty or (field.required and self.mode is not Mode.UPDATE)
            if needed or (field.name == self._key_field and self.needs_key):
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
        if record is None and self._key_field == "code" and row.values["code"]:
            raise BadValue(_("is not here"), "code")
        if self.mode is (Mode.UPDATE if record is None else Mode.CREATE):
            self._count(Fate.SKIPPED, row, record, set())
            return
        self.check(row, record)
        self._check_external_id(row, record)
        if record is None:
            self._count(Fate.CREATED, row, None, set())
            self.known.options.take(row.values.values())
            if self.writing:
                made = self.create(row)
                if self.journal is not None:
                    self.journal.made(row.line, made)
        elif changes := self.changes(row, record):
            self._count(Fate.UPDATED, row, record, changes)
            self.known.options.take(row.values.get(name) for name in changes)
            if self.writing:
                if self.journal is not None:
                    self.journal.about_to_change(row.line, record, self.columns(changes))
                self.update(row, record, changes)
        else:
            self._count(Fate.UNCHANGED, row, record, set())

    def _count(self, fate: Fate, row: Row, record: Any | None, changes: set[str]) -> None:
        setattr(self.result, fate.value, getattr(self.result, fate.value) + 1)
        self.watcher.saw(self, row, record, fate, changes)

    @property
    def needs_key(self) -> bool:
        """Whether a row without its key is a problem; without a code it is a new record."""
        return self._key_field != "code" or self.mode is Mode.UPDATE

    def _same(self, old: Any, new: Any) -> bool:
        """Whether a record says already what a row says; of a moment files know the second."""
        if isinstance(old, datetime) and isinstance(new, datetime):
            zone = self.known.timezone
            if clock.start_of(clock.day_of(new, zone), zone) == new:
                return clock.day_of(old, zone) == clock.day_of(new, zone)
            return old.replace(microsecond=0) == new
        return set(old) == set(new) if isinstance(new, list) else bool(old == new)

    def _check_external_id(self, row: Row, record: Any | None) -> None:
        """:raises BadValue: where it is not the key, it belongs to another record already."""
        given = row.values.get("external_id")
        if not given or self._key_field == "external_id":
            return
        mine = f"line {row.line}" if record is None else record.id
        if self._holders_of_ids.setdefault(given, mine) != mine:
            raise BadValue(_("belongs to another record already"), "external_id")

    @cached_property
    def _holders_of_ids(self) -> dict[str, Any]:
        """External id → the id of its record."""
        chosen = select(self.model.external_id, self.model.id)
        rows = db.session.execute(chosen.where(self.model.external_id.is_not(None)))
        return {external_id: record_id for external_id, record_id in rows}  # noqa: C416  # typed

    def _records_of(self, rows: list[Row]) -> dict[str, list[Any]]:
        """The records with each row's key; where it is none of its own, those in use that fit."""
        records: dict[str, list[Any]] = {row.key: [] for row in rows}
        if self._key_field == "code":
            ids = [row.values["code"] for row in rows if row.values["code"]]
            for record in self._load(self.model.id, ids):
                records[str(record.id)].append(record)
            return records
        if self._key_field in ("external_id", "name") and hasattr(self.model, "external_id"):
            for record in self._load(self.model.external_id, list(records)):
                records[record.external_id].append(record)
        if self._key_field != "external_id":
            key_by_id = {
                record_id: key
                for key, found in records.items()
                if not found
                for record_id in self._ids_by_key.get(key, ())
            }
            for record in self._load(self.model.id, list(key_by_id)):
                records[key_by_id[record.id]].append(record)
        return records

    def _load(self, column: InstrumentedAttribute[Any], values: list[Any]) -> Iterable[Any]:
        return db.session.scalars(self._loaded().where(column.in_(values))) if values else ()

    @cached_property
    def _ids_by_key(self) -> dict[str, list[int]]:
        """The ids of the records in use, by folded key."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for record_id, key in self.keys_in_use():
            found[key].append(record_id)
        return found


def folded_key(field: str, text: str) -> str:
    """A key as it is compared: names without case and punctuation, phones however written."""
    if field == "name":
        return key_of(text)
    if field in ("phone", "mobile"):
        return compared(text)
    return text.lower() if field == "email" else text


def _new_ids(model: Any) -> list[int]:
    """Ids that nobody else gets: from the sequence, or on SQLite, where nobody else writes now."""
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        series = func.generate_series(1, IDS).table_valued("n")
        return list(db.session.scalars(select(func.nextval(sequence)).select_from(series)))
    last = db.session.scalar(select(func.max(model.id))) or 0
    return list(range(last + 1, last + 1 + IDS))
