"""Records with the firm's own fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import JSON, inspect
from sqlalchemy.orm import Mapped, mapped_column

from crm.extensions import db
from crm.models.custom_field import CustomField, CustomNoun


class Customized:
    """A mixin: a record with the firm's own fields."""

    CUSTOM_NOUN: ClassVar[CustomNoun]

    # Never changed in place: a new one takes its place, which is how a change is noticed.
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

    def __getattr__(self, name: str) -> Any:
        """``record.custom_17``: what the field with this key says, as forms and lists read it."""
        prefix, _, id = name.partition("_")
        if prefix == "custom" and id.isdecimal():
            for field in CustomField.known(self.CUSTOM_NOUN):
                if field.key == name:
                    return self.custom_value(field)
        raise AttributeError(name)

    @property
    def own_fields(self) -> list[CustomField]:
        """The fields of the firm's own that it can say something in."""
        return CustomField.in_use(self.CUSTOM_NOUN)

    def custom_value(self, field: CustomField) -> Any:
        """What ``field`` says of this record, as ``CustomField.value_of`` gives it."""
        return field.value_of((self.custom or {}).get(str(field.id)))

    def set_custom(self, field: CustomField, value: Any) -> None:
        """Let ``field`` say ``value``; ``None`` empties it.

        :raises ValueError: a number is too large.
        """
        stored, key = field.stored(value), str(field.id)
        others = {name: kept for name, kept in (self.custom or {}).items() if name != key}
        self.custom = others if stored is None else {**others, key: stored}

    def set_defaults(self, fields: Iterable[CustomField] | None = None) -> None:
        """Let a new record say what one has that nobody was asked about.

        :param fields: of its noun in use, where many records are made.
        """
        if fields is None:
            with db.session.no_autoflush:  # the record is not complete yet
                fields = self.own_fields
        given = {str(field.id): field.default for field in fields if field.default is not None}
        self.custom = given | (self.custom or {})

    def custom_changes(self) -> dict[str, list[str]]:
        """The pending changes of the firm's own fields: key → [old, new] as histories keep it."""
        history = inspect(self).attrs.custom.history
        if not history.has_changes():
            return {}
        old, new = ((side[0] if side else None) or {} for side in (history.deleted, history.added))
        changed = [int(id) for id in {*old, *new} if old.get(id) != new.get(id)]
        return {
            field.key: [field.written(side.get(str(field.id))) for side in (old, new)]
            for field in (CustomField.known(self.CUSTOM_NOUN) if changed else ())
            if field.id in changed
        }
