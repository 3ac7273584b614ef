"""Tags: words of the firm's own that customers, contacts and deals carry, several at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKey, Table, inspect
from sqlalchemy.orm import Mapped, declared_attr, relationship

from crm.base import Base
from crm.models.option import Option

if TYPE_CHECKING:
    from crm.models.user import User


def _carried_by(noun: str) -> Table:
    return Table(
        f"{noun}_tag",
        Base.metadata,
        Column(f"{noun}_id", ForeignKey(f"{noun}.id"), primary_key=True),
        Column("option_id", ForeignKey("option.id"), primary_key=True, index=True),
    )


customer_tag, contact_tag, deal_tag = map(_carried_by, ("customer", "contact", "deal"))
_TABLES = {"customer": customer_tag, "contact": contact_tag, "deal": deal_tag}


class Tagged:
    """A mixin: a record that carries tags."""

    if TYPE_CHECKING:

        def touch(self) -> None: ...

        def note_changes(self, *, by: User) -> None: ...

    @declared_attr
    @classmethod
    def tags(cls) -> Mapped[list[Option]]:
        table = _TABLES[cls.__tablename__]  # type: ignore[attr-defined]
        return relationship(secondary=table, order_by="Option.position, Option.id")

    def tag_as(self, tags: Iterable[Option]) -> None:
        """Carry just these tags."""
        wanted = sorted(set(tags), key=lambda tag: (tag.position, tag.id))
        if wanted != self.tags:
            self.tags = wanted
            self.touch()

    def tag(self, tag: Option, *, by: User) -> None:
        """Carry one more."""
        self.tag_as([*self.tags, tag])
        self.note_changes(by=by)

    def untag(self, tag: Option, *, by: User) -> None:
        """Carry it no more."""
        self.tag_as(each for each in self.tags if each is not tag)
        self.note_changes(by=by)

    def tag_changes(self) -> dict[str, list[str]]:
        """The pending change of the tags, as histories keep it: old and new in both languages."""
        history = inspect(self).attrs.tags.history
        if not history.has_changes():
            return {}
        sides: tuple[list[Any], ...] = (history.deleted, history.added)
        old, new = (_written([*history.unchanged, *side]) for side in sides)
        return {"tags": [old, new]}


def _written(tags: list[Option]) -> str:
    """Names in both languages, a line each."""
    if not tags:
        return ""
    tags = sorted(tags, key=lambda tag: (tag.position, tag.id))
    return "\n".join(", ".join(tag.label(language) for tag in tags) for language in ("zh", "en"))
