"""Records found by name: ``search_text`` is written in the same flush as what it is made of.

Every fragment of two characters is in an index (``crm/search_index.py``), so that a search reads
the few rows that hold all pieces of what is looked for, in Chinese as well as in letters. What is
written about a record at length is found, too: see ``passage.py``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    column,
    event,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.extensions import db
from crm.folding import pieces_of, search_text, sought_pieces, words_of

# More would not make a search narrower: what the index finds is compared in full.
MOST_PIECES = 24
# Nearly every firm has these in its name: an index that finds nearly every row only costs time.
COMMON = frozenset(pieces_of("股份有限责任公司 有限公司 集团公司"))


def _pieces_of_row(context: DefaultExecutionContext) -> str:
    return " ".join(pieces_of(context.get_current_parameters()["search_text"]))


class Searchable:
    """A mixin: ``SEARCHED`` names the fields a record is found by, ``LETTER`` begins its code."""

    SEARCHED: tuple[str, ...] = ("name",)
    LETTER = ""

    search_text: Mapped[str] = mapped_column(default="")
    search_pieces: Mapped[str] = mapped_column(Text, default=_pieces_of_row, deferred=True)

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        """The condition that a record is found by ``term``."""
        return cls.named(term)

    @classmethod
    def named(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` occurs, by fragment, pinyin or initials.

        A code, such as ``D-000012``, finds its record.
        """
        words = words_of(term)
        if not words:
            return true()
        found = [cls.search_text.contains(word, autoescape=True) for word in words]
        if pieces := [piece for piece in sought_pieces(words) if piece not in COMMON]:
            found.insert(0, cls._holding(pieces[:MOST_PIECES]))
        number = cls.number_in(term)
        every = and_(*found)
        return every if number is None else or_(every, cls.id == number)  # type: ignore[attr-defined]

    @classmethod
    def number_in(cls, term: str) -> int | None:
        """The id that ``term`` names, if it is a code of this noun: ``D-12``, ``d000012``."""
        code = unicodedata.normalize("NFKC", term).strip().upper()
        found = re.fullmatch(r"([A-Z])(?:-(\d{1,9})|(\d{6,9}))", code, re.ASCII)
        if found is None or found[1] != cls.LETTER:
            return None
        return int(found[2] or found[3])

    @classmethod
    def _holding(cls, pieces: list[str]) -> ColumnElement[bool]:
        """The condition that the index holds all ``pieces`` for a row."""
        if db.engine.dialect.name == "postgresql":
            held = func.string_to_array(cls.search_pieces, " ")
            return held.op("@>")(array([cast(piece, Text) for piece in pieces]))
        name = index_name(cls)
        index = table(name, column("rowid"), column(name))
        every = " AND ".join(f'"{piece}"' for piece in pieces)
        return cls.id.in_(select(index.c.rowid).where(index.c[name].match(every)))  # type: ignore[attr-defined]


def index_name(model: Any) -> str:
    """What the search index of ``model`` is called: a table on SQLite."""
    return f"{model.__tablename__}_search"


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _write_search_text(_mapper: Mapper[Any], _connection: Any, record: Searchable) -> None:
    text = search_text(*(getattr(record, name) for name in record.SEARCHED))
    if record.search_text != text:
        record.search_text = text
        record.search_pieces = " ".join(pieces_of(text))
