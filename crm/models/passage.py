"""Passages: what was written about a record at length, kept so that the record is found by it.

They stand in a table of their own: a list reads its records without what was noted at each. A
passage is written in the same flush as its record, and holds the record's name as well, so that
"Sigma seal" finds the note about a seal at Sigma.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Select,
    String,
    delete,
    event,
    insert,
    inspect,
    select,
    union,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.base import Base, Key
from crm.folding import search_text, words_of
from crm.models.searchable import Searchable


class Passage(Searchable, Base):
    __tablename__ = "passage"
    __table_args__ = (Index(None, "record_kind", "record_id"),)

    SEARCHED = ()

    id: Mapped[Key]
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]

    @classmethod
    def found_at(cls, kind: str, term: str) -> Select[int]:
        """The ids of the records of a kind that ``term`` is written at."""
        return select(cls.record_id).where(cls.record_kind == kind, cls.named(term))


class Noted:
    """A mixin: ``NOTED`` names the fields that hold what is written at length."""

    NOTED: ClassVar[tuple[str, ...]] = ("note",)
    SEARCHED: tuple[str, ...] = ()

    @classmethod
    def noted(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` is written at a record, or in its name."""
        return cls.id.in_(Passage.found_at(cls.__tablename__, term))  # type: ignore[attr-defined]


class NamedOrNoted(Noted, Searchable):
    """A mixin: a record is found by its name, and by what is written at it."""

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        if not words_of(term):
            return cls.named(term)
        # The two are looked for apart: a database joins two short lists faster than it asks each
        # row which of two things fits.
        named = select(cls.id).where(cls.named(term)).correlate(None)  # type: ignore[attr-defined]
        noted = Passage.found_at(cls.__tablename__, term)  # type: ignore[attr-defined]
        return cls.id.in_(union(named, noted))  # type: ignore[attr-defined]


def passage_of(record: Any) -> str:
    """What ``record`` is found by besides its name; empty if nothing is written at it."""
    written = [text for name in record.NOTED if (text := getattr(record, name))]
    names = [getattr(record, name) for name in record.SEARCHED]
    return search_text(*names, *written) if written else ""


@event.listens_for(Noted, "after_insert", propagate=True)
def _write(_mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    if text := passage_of(record):
        connection.execute(
            insert(Passage),
            {"record_kind": record.__tablename__, "record_id": record.id, "search_text": text},
        )


@event.listens_for(Noted, "before_update", propagate=True)
def _write_anew(mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    attributes = inspect(record).attrs
    names = {"search_text", *record.NOTED, *record.SEARCHED}
    if any(name in attributes and attributes[name].history.has_changes() for name in names):
        _forget(mapper, connection, record)
        _write(mapper, connection, record)


@event.listens_for(Noted, "after_delete", propagate=True)
def _forget(_mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    connection.execute(
        delete(Passage).where(
            Passage.record_kind == record.__tablename__, Passage.record_id == record.id
        )
    )
