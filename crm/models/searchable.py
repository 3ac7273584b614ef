"""Records found by name: ``search_text`` is written in the same flush as what it is made of.

Every fragment of two characters is in an index (``crm/search_index.py``), so that a search reads
the few rows that hold all pieces of what is looked for, in Chinese as well as in letters. What is
written about a record at length is found, too: see ``passage.py``.

What very many rows hold is not looked up: whoever reads the rows one by one has a page of them
before the index has listed them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    cast,
    column,
    event,
    func,
    or_,
    select,
    table,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Mapper, mapped_column

from crm.extensions import db
from crm.folding import pieces_of, search_text, sought_pieces, words_of
from crm.once import keep_for_request, once_a_request

# More would not make a search narrower: what the index finds is compared in full.
MOST_PIECES = 24
# What more rows hold than these is read row by row.
MANY = 2_000
# Among so many PostgreSQL looks for the newest.
SORTED = 10_000


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
        return cls.or_coded(term, cls.looked_up(words) if cls.is_rare(term) else cls.said(words))

    @classmethod
    def is_rare(cls, term: str) -> bool:
        """Whether so few have ``term`` in their names that they are looked up."""
        return cls.count_held([words_of(term)]) <= MANY

    @classmethod
    def is_seldom(cls, term: str) -> bool:
        """Whether so few records are found by ``term`` that they are looked up."""
        return cls.is_rare(term)

    @classmethod
    def among_newest(cls, term: str, count: int) -> list[Select[int]]:
        """The ids of the ``count`` newest records that the index finds, in one or more queries.

        None where it finds so few that nobody has to choose.
        """
        return [] if cls.is_seldom(term) else cls.newest_found(term, count)

    @classmethod
    def newest_found(cls, term: str, count: int) -> list[Select[int]]:
        """The same, however few it finds; none where the index does not know."""
        held = cls.held([words_of(term)])
        return [] if held is None else [newest(held, count)]

    @classmethod
    def or_coded(cls, term: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """``condition``, or ``term`` is the code of the record."""
        number = cls.number_in(term)
        if number is None:
            return condition
        return is_either(cls, condition, _id(cls) == number)

    @classmethod
    def number_in(cls, term: str) -> int | None:
        """The id that ``term`` names, if it is a code of this noun: ``D-12``, ``d000012``."""
        code = unicodedata.normalize("NFKC", term).strip().upper()
        found = re.fullmatch(r"([A-Z])(?:-(\d{1,9})|(\d{6,9}))", code, re.ASCII)
        if found is None or found[1] != cls.LETTER:
            return None
        return int(found[2] or found[3])

    @classmethod
    def said(cls, words: list[str]) -> ColumnElement[bool]:
        """The condition that all ``words`` occur, for reading a row."""
        return and_(true(), *(occurs(cls, word) for word in words))

    @classmethod
    def looked_up(cls, words: list[str]) -> ColumnElement[bool]:
        """The same condition, for looking up the few rows of which it is true."""
        held = cls.held([words])
        return cls.said(words) if held is None else and_(_id(cls).in_(held), cls.said(words))

    @classmethod
    def held(cls, groups: list[list[str]], kind: str = "") -> Select[int] | None:
        """The ids of the rows that hold all that one of the ``groups`` of words is made of.

        The words themselves need not occur there. ``None`` where the index does not know a group:
        it holds no single letters.

        :param kind: what else they must hold.
        """
        sought = [sought_pieces(words)[:MOST_PIECES] for words in groups]
        if not all(sought):
            return None
        each = [[kind, *pieces] if kind else pieces for pieces in sought]
        if db.engine.dialect.name == "postgresql":
            held = func.string_to_array(cls.search_pieces, " ")
            return select(_id(cls)).where(
                or_(*(held.op("@>")(array([cast(piece, Text) for piece in all_])) for all_ in each))
            )
        name = index_name(cls)
        index = table(name, column("rowid"), column(name))
        every = (" AND ".join(f'"{piece}"' for piece in all_) for all_ in each)
        sought_there = " OR ".join(f"({all_})" for all_ in every)
        return select(index.c.rowid).where(index.c[name].match(sought_there))

    @classmethod
    def count_held(cls, groups: list[list[str]], kind: str = "", *, most: int | None = None) -> int:
        """How many rows ``held`` gives, up to one more than ``most``: so many if nobody knows.

        :param most: ``MANY`` by default.
        """
        return cls.question(groups, kind, most=most).answer()

    @classmethod
    def question(
        cls, groups: list[list[str]], kind: str = "", *, most: int | None = None
    ) -> Question:
        """What ``count_held`` asks."""
        return Question(cls, groups, kind, (MANY if most is None else most) + 1)

    @classmethod
    def questions(cls, term: str) -> list[Question]:
        """What is asked to find records by ``term``."""
        return [cls.question([words_of(term)])]


class Question(NamedTuple):
    """How many rows of a model the index finds, of more than enough so many."""

    model: type[Searchable]
    groups: list[list[str]]
    kind: str
    enough: int

    @property
    def name(self) -> str:
        return f"held {self.model.__name__} {self.groups} {self.kind} {self.enough}"

    def counted(self) -> Select[int] | None:
        """The query that answers it; ``None`` where the index does not know."""
        held = self.model.held(self.groups, self.kind)
        if held is None:
            return None
        return select(func.count()).select_from(held.limit(self.enough).subquery())

    def answer(self) -> int:
        """What the database answers; enough if the index does not know."""
        counted = self.counted()
        if counted is None:
            return self.enough
        return once_a_request(self.name, lambda: db.session.scalar(counted) or 0)


def ask_together(questions: list[Question]) -> None:
    """Ask the index in one statement what this request is going to ask."""
    asked = {each.name: counted for each in questions if (counted := each.counted()) is not None}
    if asked:
        counts = select(*(counted.scalar_subquery() for counted in asked.values()))
        keep_for_request(dict(zip(asked, db.session.execute(counts).one(), strict=True)))


def occurs(model: Any, word: str) -> ColumnElement[bool]:
    """The condition that ``word`` occurs in a row.

    PostgreSQL believes that hardly a row is "like" it, and reads all to put a page in order.
    """
    if db.engine.dialect.name == "postgresql":
        return func.strpos(model.search_text, word) > 0
    found: ColumnElement[bool] = model.search_text.contains(word, autoescape=True)
    return found


def is_either(model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that one of ``conditions`` is true of a record, each of which only few fulfil.

    Not simply "or": PostgreSQL would read all rows to find the few.
    """
    return is_one_of(model, [select(_id(model)).where(each).correlate(None) for each in conditions])


def is_one_of(model: Any, ids: Sequence[Select[int]]) -> ColumnElement[bool]:
    """The condition that a record is found by one of the queries for ``ids``, which are few."""
    found = union(*ids)
    if db.engine.dialect.name == "postgresql":  # as an array it is made once, and gone through
        return _id(model) == any_(func.array(found.scalar_subquery()))
    return _id(model).in_(found)


def newest(ids: Select[int], count: int) -> Select[int]:
    """The ``count`` greatest of ``ids``."""
    if db.engine.dialect.name == "postgresql":
        # It has no order of its own in its index: of all that many hold it would sort too much.
        ids = select(ids.limit(SORTED).subquery().c[0])
    return select(ids.order_by(ids.selected_columns[0].desc()).limit(count).subquery().c[0])


def _id(model: Any) -> InstrumentedAttribute[int]:
    found: InstrumentedAttribute[int] = model.id
    return found


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
