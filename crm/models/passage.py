"""Passages: what was written about a record at length, kept so that the record is found by it.

They stand in a table of their own: a list reads its records without what was noted at each. A
passage is written in the same flush as its record.
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
    inspect,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.base import Base, Key
from crm.folding import search_text, words_of
from crm.models.access import another
from crm.models.beside import write_beside
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

    @classmethod
    def noted(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` is written at a record."""
        return cls.id.in_(Passage.found_at(cls.__tablename__, term))  # type: ignore[attr-defined]


class NamedOrNoted(Noted, Searchable):
    """A mixin: a record is found by its name, and by what is written at it."""

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        words = words_of(term)
        if not words:
            return cls.named(term)
        # The two are looked for apart: a database joins two short lists faster than it asks each
        # row which of two things fits.
        model: Any = cls
        named = select(model.id).where(cls.named(term)).correlate(None)
        return model.id.in_(union(named, cls._noted_about(words)))

    @classmethod
    def _noted_about(cls, words: list[str]) -> Select[int]:
        """The ids where one of ``words`` at least is written, and each of the others or a name.

        "Sigma seal" finds the note about a seal at Sigma.
        """
        model: Any = cls
        record = another(model)
        return (
            select(Passage.record_id)
            .join(record, record.id == Passage.record_id)
            .where(
                Passage.record_kind == record.__tablename__,
                or_(*(Passage.named(word) for word in words)),
                *(
                    or_(
                        Passage.search_text.contains(word, autoescape=True),
                        record.search_text.contains(word, autoescape=True),
                    )
                    for word in words
                ),
            )
        )


def passage_of(record: Any) -> str:
    """What ``record`` is found by besides its names; empty if nothing is written at it."""
    written = [text for name in record.NOTED if (text := getattr(record, name))]
    return search_text(*written)


@event.listens_for(Noted, "after_insert", propagate=True)
def _write(_mapper: Mapper[Any], _connection: Connection, record: Any) -> None:
    if text := passage_of(record):
        passage = {
            "record_kind": record.__tablename__, "record_id": record.id, "search_text": text,
        }  # fmt: skip
        write_beside(record, Passage, [passage])


@event.listens_for(Noted, "before_update", propagate=True)
def _write_anew(mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    attributes = inspect(record).attrs
    if any(attributes[name].history.has_changes() for name in record.NOTED):
        _forget(mapper, connection, record)
        _write(mapper, connection, record)


@event.listens_for(Noted, "after_delete", propagate=True)
def _forget(_mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    connection.execute(
        delete(Passage).where(
            Passage.record_kind == record.__tablename__, Passage.record_id == record.id
        )
    )
