"""How a row becomes what its record says: in what they differ, and giving it that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import func, select

from crm import clock
from crm.extensions import db
from crm.importers.known import Known
from crm.importers.rows import Row
from crm.models import CustomField, User
from crm.models.plain import put_back

# So many ids are taken at a time for records that are to be made.
IDS = 500


class Recording(ABC):
    """Compares rows with records, makes and changes these, and puts back what they said."""

    model: ClassVar[Any]
    # The fields that are simply set; everything else about a record is changed by its verbs.
    plain: ClassVar[tuple[str, ...]]
    known: Known
    _key_field: str
    _own: dict[str, CustomField]
    _free_ids: list[int]

    @abstractmethod
    def create(self, row: Row) -> Any:
        """Make the row's record."""

    @abstractmethod
    def update(self, row: Row, record: Any, changes: set[str]) -> None:
        """Bring the record to what the row says."""

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

    def now(self, row: Row, record: Any, name: str) -> Any:
        """What the record of ``row`` says of a field, as people are shown it."""
        if name in self._own:
            return record.custom_value(self._own[name])
        return getattr(record, "further" if name == "reaches" else name, None)

    def leave_what_is_there(self, row: Row, record: Any) -> None:
        """Let the row say only what its record does not say yet."""
        for name in row.values:
            if not self.is_empty(record, name):
                row.values[name] = None

    def is_empty(self, record: Any, name: str) -> bool:
        """Whether the record says nothing of a field."""
        if name in self._own:
            value = (record.custom or {}).get(str(self._own[name].id))
        else:
            value = getattr(record, name, None)
        return value is None or value in ("", [])

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

    def _same(self, old: Any, new: Any) -> bool:
        """Whether a record says already what a row says; of a moment files know the second."""
        if isinstance(old, datetime) and isinstance(new, datetime):
            zone = self.known.timezone
            if clock.start_of(clock.day_of(new, zone), zone) == new:
                return clock.day_of(old, zone) == clock.day_of(new, zone)
            return old.replace(microsecond=0) == new
        return set(old) == set(new) if isinstance(new, list) else bool(old == new)


def _new_ids(model: Any) -> list[int]:
    """Ids that nobody else gets: from the sequence, or on SQLite, where nobody else writes now."""
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        series = func.generate_series(1, IDS).table_valued("n")
        return list(db.session.scalars(select(func.nextval(sequence)).select_from(series)))
    last = db.session.scalar(select(func.max(model.id))) or 0
    return list(range(last + 1, last + 1 + IDS))
