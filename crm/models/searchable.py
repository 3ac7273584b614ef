"""Records found by name: ``search_text`` is written in the same flush as what it is made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, event, true
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.folding import fold, search_text


class Searchable:
    """A mixin: ``SEARCHED`` names the fields a record is found by."""

    SEARCHED: tuple[str, ...] = ("name",)

    search_text: Mapped[str] = mapped_column(default="")

    @classmethod
    def matching(cls, term: str) -> ColumnElement[bool]:
        """The condition that every word of ``term`` occurs, by fragment, pinyin or initials."""
        words = [folded for word in term.split() if (folded := fold(word))]
        if not words:
            return true()
        return and_(*(cls.search_text.contains(word, autoescape=True) for word in words))


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _write_search_text(_mapper: Mapper[Any], _connection: Any, record: Searchable) -> None:
    text = search_text(*(getattr(record, name) for name in record.SEARCHED))
    if record.search_text != text:
        record.search_text = text
