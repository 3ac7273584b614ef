"""The firm's own fields on the forms of customers, contacts and deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, NamedTuple

from wtforms import Field, StringField, TextAreaField, URLField
from wtforms.validators import URL, Length, Optional

from crm.filters.columns import words
from crm.formatting import custom_words, language
from crm.forms.fields import (
    DayField,
    MoneyField,
    NumberField,
    RecordField,
    RecordsField,
    Required,
    YesNoField,
)
from crm.forms.picker import PickerField
from crm.forms.web import web
from crm.models import CustomField, CustomNoun, FieldKind
from crm.models.custom_field.storing import LONGEST

LONGEST_TEXT = 10_000


class Section(NamedTuple):
    """Fields that stand together, and what stands above them; nothing: they have no section."""

    title: str
    fields: list[CustomField]


class OwnFields:
    """A mixin: a form that also asks for the firm's own fields of its noun.

    They are not known when the class is made, so they join each form when it is filled.
    """

    CUSTOM_NOUN: ClassVar[CustomNoun]

    def process(self, formdata: Any = None, obj: Any = None, **kwargs: Any) -> None:
        typed = getattr(self, "_typed", None)
        self.own = [
            field for field in CustomField.in_use(self.CUSTOM_NOUN)
            if typed is None or field.key in typed
        ]  # fmt: skip
        for field in self.own:
            unbound = MAKERS[field.kind](field)
            options = {"name": field.key, "prefix": self._prefix}  # type: ignore[attr-defined]
            bound = self.meta.bind_field(self, unbound, options)  # type: ignore[attr-defined]
            bound.shown = partial(custom_words, field)
            self._fields[field.key] = bound  # type: ignore[attr-defined]
        super().process(formdata, obj, **kwargs)  # type: ignore[misc]
        for field in self.own:
            bound = self[field.key]  # type: ignore[index]
            if isinstance(bound, RecordField):
                bound.offer([choice for choice in field.choices if choice.active])

    @classmethod
    def asked_with(cls, name: str) -> tuple[str, ...]:
        if any(field.key == name for field in CustomField.in_use(cls.CUSTOM_NOUN)):
            return (name,)
        asked: tuple[str, ...] = super().asked_with(name)  # type: ignore[misc]
        return asked

    def fill_own(self, record: Any) -> None:
        """Copy what was typed of the firm's own fields to ``record``."""
        for field in self.own:
            record.set_custom(field, self[field.key].data)  # type: ignore[index]

    @property
    def sections(self) -> list[Section]:
        """The fields as the form shows them."""
        return sections(self.own)

    @property
    def demanded(self) -> list[Field]:
        """The fields that cannot be left empty, for forms that ask for little else."""
        return [self[field.key] for field in self.own if field.required]  # type: ignore[index]


def sections(fields: Iterable[CustomField]) -> list[Section]:
    """Fields by their section, in the firm's order; those without one come first."""
    titled: dict[str, list[CustomField]] = {"": []}
    for field in fields:
        titled.setdefault(field.section(language()), []).append(field)
    return [Section(title, those) for title, those in titled.items() if those]


def _maker(kind: Callable[..., Any], *validators: Any, **settings: Any) -> Callable[..., Any]:
    """What makes the form's field of a field of the firm's own."""

    def make(field: CustomField) -> Any:
        needed = Required() if field.required else Optional()
        return kind(
            words(field), validators=[needed, *validators], description=field.help(language()),
            default=field.value_of(field.default), **settings,
        )  # fmt: skip

    return make


MAKERS: dict[FieldKind, Callable[[CustomField], Any]] = {
    FieldKind.TEXT: _maker(StringField, Length(max=LONGEST)),
    FieldKind.LONG_TEXT: _maker(TextAreaField, Length(max=LONGEST_TEXT)),
    FieldKind.NUMBER: _maker(NumberField),
    FieldKind.MONEY: _maker(MoneyField, least=None, in_base=True),
    FieldKind.DAY: _maker(DayField),
    FieldKind.YES_NO: _maker(YesNoField),
    FieldKind.CHOICE: _maker(RecordField, empty="—"),
    FieldKind.CHOICES: _maker(RecordsField),
    FieldKind.LINK: _maker(URLField, URL(), Length(max=LONGEST), filters=[web]),
    FieldKind.PERSON: _maker(PickerField, noun="user"),
}
