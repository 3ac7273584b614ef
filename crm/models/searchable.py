"""Records found by name: ``search_text`` is written in the same flush as what it is made of."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, and_, event, or_, true
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.folding import search_text, words_of


class Searchable:
    """A mixin: ``SEARCHED`` names the fields a record is found by, ``LETTER`` begins its code."""

    SEARCHED: tuple[str, ...] = ("name",)
    LETTER = ""

    search_text: Mapped[str] = mapped_column(default="")

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` occurs, by fragment, pinyin or initials.

        A code, such as ``D-000012``, finds its record.
        """
        words = words_of(term)
        if not words:
            return true()
        found = and_(*(cls.search_text.contains(word, autoescape=True) for word in words))
        number = cls.number_in(term)
        return found if number is None else or_(found, cls.id == number)  # type: ignore[attr-defined]

    @classmethod
    def number_in(cls, term: str) -> int | None:
        """The id that ``term`` names, if it is a code of this noun: ``D-12``, ``d000012``."""
        code = unicodedata.normalize("NFKC", term).strip().upper()
        found = re.fullmatch(r"([A-Z])(?:-(\d{1,9})|(\d{6,9}))", code, re.ASCII)
        if found is None or found[1] != cls.LETTER:
            return None
        return int(found[2] or found[3])


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _write_search_text(_mapper: Mapper[Any], _connection: Any, record: Searchable) -> None:
    text = search_text(*(getattr(record, name) for name in record.SEARCHED))
    if record.search_text != text:
        record.search_text = text
