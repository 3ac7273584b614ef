"""How a row finds its record: by the key that was chosen for it; else by its code, its external id
or its folded name, the first of these that is mapped.

The key finds the record again when the import is repeated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from crm.extensions import db
from crm.importers.known import key_of
from crm.importers.mapping import Mapping
from crm.importers.problems import BadValue
from crm.importers.rows import Row
from crm.models import ImportEntry, User
from crm.telephones import compared


class Finding:
    """Finds the records of a batch of rows, and whose their outside ids are."""

    model: ClassVar[Any]
    # The fields by which a row can find its record, the surest first.
    keys: ClassVar[tuple[str, ...]] = ("code", "external_id", "name")
    noun: ClassVar[str]
    mapping: Mapping
    _key_field: str
    # Outside id → the record in the trash that had it when its import was undone.
    _undone: dict[str, Any]

    @classmethod
    def key_for(cls, mapping: Mapping) -> str:
        """The surest key that is mapped; "" if there is none."""
        return next((name for name in cls.keys if mapping.fills(name)), "")

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
            if text and (key := folded_key(self._key_field, text)):
                yield record_id, key

    def key(self, row: Row) -> str:
        """What a row is known by.

        :raises BadValue: it says something by which nothing can be found.
        """
        value = row.values[self._key_field]
        if value is None:
            return f"line {row.line}"
        if not (key := folded_key(self._key_field, str(value))):
            raise BadValue(_("is no telephone number to find anything by"), self._key_field)
        return key

    def _records_of(self, rows: list[Row]) -> dict[str, list[Any]]:
        """The records with each row's key; where it is none of its own, those in use that fit."""
        records: dict[str, list[Any]] = {row.key: [] for row in rows}
        if self._key_field == "code":
            ids = [row.values["code"] for row in rows if row.values["code"]]
            for record in self._load(self.model.id, ids):
                records[str(record.id)].append(record)
            return records
        if self._key_field in ("external_id", "name") and hasattr(self.model, "external_id"):
            for record in self._not_undone(self._load(self.model.external_id, list(records))):
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

    def _one_of(self, records: list[Any], row: Row) -> Any | None:
        """The record that a row is about; ``None`` if it is to be made.

        :raises BadValue: it may be several, is in the trash, or is not here as the row says.
        """
        if len(records) > 1:
            raise BadValue(_("fits several: map an external id"), self._key_field)
        record = records[0] if records else None
        if getattr(record, "trashed_at", None) is not None:
            raise BadValue(_("is in the trash: restore it first"), self._key_field)
        if record is None and self._key_field == "code" and row.values["code"]:
            raise BadValue(_("is not here"), "code")
        return record

    def _not_undone(self, found: Iterable[Any]) -> list[Any]:
        """Those without what an undone import left in the trash: its rows are new again."""
        records = list(found)
        trashed = {one.id: one for one in records if getattr(one, "trashed_at", None) is not None}
        if not trashed:
            return records
        for record_id, undone_at in db.session.execute(
            ImportEntry.undone(self.noun, list(trashed))
        ):
            if trashed[record_id].trashed_at <= undone_at:  # else somebody has put it there since
                self._undone[trashed[record_id].external_id] = trashed[record_id]
        return [one for one in records if one not in self._undone.values()]

    def _give_way(self, external_id: str | None) -> None:
        """Let what an undone import left in the trash give up its outside id to a new record."""
        record = self._undone.pop(external_id or "", None)
        if record is not None:
            record.external_id = None
            db.session.flush()  # the new one is written before it otherwise

    def _load(self, column: InstrumentedAttribute[Any], values: list[Any]) -> Iterable[Any]:
        return db.session.scalars(self._loaded().where(column.in_(values))) if values else ()

    @cached_property
    def _ids_by_key(self) -> dict[str, list[int]]:
        """The ids of the records in use, by folded key."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for record_id, key in self.keys_in_use():
            found[key].append(record_id)
        return found

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


def folded_key(field: str, text: str) -> str:
    """A key as it is compared: names without case and punctuation, phones however written.

    Empty for what stands where a phone should, and is none.
    """
    if field == "name":
        return key_of(text)
    if field in ("phone", "mobile"):
        return compared(text)
    return text.lower() if field == "email" else text
