"""One field of a record, edited where it stands: the record's own form, narrowed to that field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from flask import url_for
from wtforms import Field
from wtforms.utils import unset_value


class InPlace:
    """A mixin: a form whose fields may also be edited one by one, on the page of the record."""

    # What may be edited → the fields that are asked for together with it. Nothing else may.
    IN_PLACE: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, *args: Any, typed: set[str] | None = None, **kwargs: Any) -> None:
        self._typed = typed
        super().__init__(*args, **kwargs)

    @classmethod
    def narrowed(cls, record: Any, name: str) -> Self:
        """The form of ``record`` in which only ``name``, and what goes with it, can be typed.

        All other fields keep the record's values, whatever was sent: saving writes none of them.

        :raises KeyError: ``name`` may not be edited in place.
        """
        return cls(obj=record, typed={*cls.asked_with(name), "version", "csrf_token"})

    @classmethod
    def asked_with(cls, name: str) -> tuple[str, ...]:
        """The fields that are asked for where ``name`` is edited.

        :raises KeyError: it may not be edited in place.
        """
        return cls.IN_PLACE[name]

    def process(self, formdata: Any = None, obj: Any = None, **kwargs: Any) -> None:
        super().process(formdata, obj, **kwargs)  # type: ignore[misc]
        if self._typed is not None:
            for field in self:  # type: ignore[attr-defined]
                if field.name not in self._typed:
                    said = kwargs.get(field.name, unset_value)
                    field.process(None, getattr(obj, field.name, said))

    def fill_or_explain(self, record: Any) -> bool:
        """Copy what was typed to ``record``; ``False`` with errors if that cannot be done."""
        self.fill(record)  # type: ignore[attr-defined]
        return True


def each(*names: str) -> dict[str, tuple[str, ...]]:
    """Fields that are edited by themselves."""
    return {name: (name,) for name in names}


@dataclass(frozen=True)
class Inline:
    """What the facts of a record need to know: which may be edited, and which one is."""

    noun: str
    record: Any
    may_edit: bool
    name: str = ""
    form: Any = None
    # The list that its reader came from, as its query string.
    came_from: str | None = None

    def url(self, verb: str, name: str = "") -> str:
        """The address that shows, edits or updates the field ``name``."""
        return url_for(f"{self.noun}_fields.{verb}", record_id=self.record.id,
                       name=name or self.name, list=self.came_from)  # fmt: skip

    @property
    def fields(self) -> list[Field]:
        """The fields to ask for: those that belong together, and whatever is wrong."""
        asked = self.form.asked_with(self.name)
        return [field for field in self.form if field.name in asked or field.errors]
