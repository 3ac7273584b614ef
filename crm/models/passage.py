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
    Text,
    and_,
    delete,
    event,
    inspect,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.base import Base, Key
from crm.folding import pieces_of, search_text, words_of
from crm.models.beside import write_beside
from crm.models.searchable import MANY, Question, Searchable, newest, occurs

# Of several words that many hold each, so many more rows are looked up: few of them hold all.
OF_SEVERAL = 5


def _pieces_of_passage(context: DefaultExecutionContext) -> str:
    row = context.get_current_parameters()
    return " ".join([row["record_kind"], *pieces_of(row["search_text"])])


class Passage(Searchable, Base):
    __tablename__ = "passage"
    __table_args__ = (Index(None, "record_kind", "record_id"),)

    SEARCHED = ()

    id: Mapped[Key]
    record_kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    # The kind of record is a piece, too: few contacts have notes, among very many notes.
    search_pieces: Mapped[str] = mapped_column(Text, default=_pieces_of_passage, deferred=True)


class Noted:
    """A mixin: ``NOTED`` names the fields that hold what is written at length."""

    NOTED: ClassVar[tuple[str, ...]] = ("note",)

    @classmethod
    def noted(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` is written at a record."""
        words = words_of(term)
        if cls.is_often_noted(term):
            return cls._passages().where(Passage.said(words)).exists()
        return cls._id().in_(cls._noted_among([words]).where(Passage.said(words)))

    @classmethod
    def is_often_noted(cls, term: str) -> bool:
        """Whether ``term`` is written at so many that they are not looked up."""
        return Passage.count_held([words_of(term)], cls._kind()) > MANY

    @classmethod
    def questions(cls, term: str) -> list[Question]:
        """What is asked to find records by what is written at them."""
        return [Passage.question([words_of(term)], cls._kind())]

    @classmethod
    def newest_noted(cls, term: str, count: int) -> list[Select[int]]:
        """The ids of the records with the ``count`` newest passages that the index finds.

        None where the index does not know.
        """
        held = Passage.held([words_of(term)], cls._kind())
        if held is None:
            return []
        return [select(Passage.record_id).where(Passage.id.in_(newest(held, count)))]

    @classmethod
    def _passages(cls) -> Select[int]:
        """What is written at a record, to be asked of each."""
        return select(Passage.id).where(
            Passage.record_kind == cls._kind(), Passage.record_id == cls._id()
        )

    @classmethod
    def _noted_among(cls, groups: list[list[str]]) -> Select[int]:
        """The ids of records where all pieces of one of the ``groups`` of words are written."""
        held = Passage.held(groups, cls._kind())
        known = Passage.record_kind == cls._kind() if held is None else Passage.id.in_(held)
        return select(Passage.record_id).where(known)

    @classmethod
    def _kind(cls) -> str:
        model: Any = cls
        return str(model.__tablename__)

    @classmethod
    def _id(cls) -> Any:
        model: Any = cls
        return model.id


class NamedOrNoted(Noted, Searchable):
    """A mixin: a record is found by its name, and by what is written at it.

    "Sigma seal" finds the note about a seal at Sigma.
    """

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        words = words_of(term)
        if not words:
            return true()
        each = [[word] for word in words]
        written = Passage.count_held(each, cls._kind())
        if not written:
            return cls.named(term)
        if written <= MANY and cls.count_held([words]) <= MANY:
            few = cls._held_or_noted([words], each)
        elif rarest := cls._rarest(each):
            # Whatever fits has this word in its name, or written at it.
            few = cls._held_or_noted([rarest], [rarest])
        else:
            few = true()
        return cls.or_coded(term, and_(few, cls._said_or_noted(words)))

    @classmethod
    def _held_or_noted(
        cls, groups: list[list[str]], written: list[list[str]]
    ) -> ColumnElement[bool]:
        """The condition that the index finds a record by one of ``groups``, or by a passage."""
        held = cls.held(groups)
        assert held is not None  # else they were not known to be few
        return cls._id().in_(union(held, cls._noted_among(written)))

    @classmethod
    def questions(cls, term: str) -> list[Question]:
        words = words_of(term)
        in_names, in_notes = cls.question([words]), Passage.question([words], cls._kind())
        return [in_names, in_notes, Passage.question([[word] for word in words], cls._kind())]

    @classmethod
    def is_seldom(cls, term: str) -> bool:
        return cls.is_rare(term) and not cls.is_often_noted(term)

    @classmethod
    def newest_found(cls, term: str, count: int) -> list[Select[int]]:
        return [*super().newest_found(term, count), *cls.newest_noted(term, count)]

    @classmethod
    def _rarest(cls, groups: list[list[str]]) -> list[str] | None:
        """The group that the fewest hold; of one alone, and if they are too many, none."""
        if len(groups) == 1:
            return None
        most = MANY * OF_SEVERAL
        counted = [
            (
                cls.count_held([words], most=most)
                + Passage.count_held([words], cls._kind(), most=most),
                words,
            )
            for words in groups
        ]
        count, rarest = min(counted)
        return rarest if count <= most else None

    @classmethod
    def _said_or_noted(cls, words: list[str]) -> ColumnElement[bool]:
        """The condition that each of ``words`` occurs in the name or is written, row by row."""
        either = (
            or_(
                occurs(cls, word),
                occurs(Passage, word),
            )
            for word in words
        )
        return or_(cls.said(words), cls._passages().where(*either).exists())


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
