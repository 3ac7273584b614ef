"""The firm's own fields in a list: their columns, what narrows by them, and the SQL of both.

Only the fields in use of the list's own noun have an address: a key that names another field, or
one of another noun, is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, Integer, Text, case, cast, func, or_, select

from crm.extensions import db
from crm.filters import facets
from crm.filters.amounts import Numbers, Sums
from crm.filters.columns import LAST, Column, Kind, words
from crm.filters.days import Days
from crm.filters.facets import Choices, Facet, Person, ids_of
from crm.models import CustomField, CustomNoun, FieldKind, User
from crm.once import once_a_request

# So much of a text it is sorted by: a place in the list has room in an address.
SORTED_BY = 24


class YesNo(StrEnum):
    """What a list can be narrowed to."""

    YES = "yes"
    NO = "no"


CELLS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.LONG_TEXT: Kind.LONG,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.MONEY: Kind.MONEY,
    FieldKind.DAY: Kind.DAY,
    FieldKind.YES_NO: Kind.TEXT,
    FieldKind.CHOICE: Kind.BADGE,
    FieldKind.CHOICES: Kind.BADGES,
    FieldKind.LINK: Kind.WEB,
    FieldKind.PERSON: Kind.PERSON,
}
# What stands in an address for a field of each kind; the others narrow nothing.
NARROWS: dict[FieldKind, Any] = {
    FieldKind.NUMBER: Numbers | None,
    FieldKind.MONEY: Sums | None,
    FieldKind.DAY: Days | None,
    FieldKind.YES_NO: tuple[YesNo, ...],
    FieldKind.CHOICE: tuple[int, ...],
    FieldKind.CHOICES: tuple[int, ...],
    FieldKind.PERSON: tuple[Person, ...],
}


def kinds(noun: CustomNoun) -> dict[str, Any]:
    """What each field narrows by: key → type of the value in the address."""
    return {
        field.key: NARROWS[field.kind]
        for field in CustomField.in_use(noun)
        if field.kind in NARROWS
    }


def columns_of(model: Any) -> tuple[Column, ...]:
    """A column for each field; none is shown unless the reader chooses it."""
    noun = model.CUSTOM_NOUN
    return once_a_request(  # a page asks for them again for each title and each way to sort
        f"columns of {noun}",
        lambda: tuple(_column(field, model) for field in CustomField.in_use(noun)),
    )


def facets_of(model: Any) -> tuple[Facet, ...]:
    """A way to narrow the list for each field that has one."""
    fields = CustomField.in_use(model.CUSTOM_NOUN)
    return tuple(_facet(field, model) for field in fields if field.kind in NARROWS)


def conditions(
    model: Any, chosen: Sequence[tuple[str, Any]], user: User
) -> list[ColumnElement[bool]]:
    """The conditions that each field says what was ``chosen``."""
    fields = {field.key: field for field in CustomField.in_use(model.CUSTOM_NOUN)}
    return [
        condition
        for key, value in chosen
        if key in fields
        for condition in _says(fields[key], model, value, user)
    ]


def _says(field: CustomField, model: Any, value: Any, user: User) -> list[ColumnElement[bool]]:
    match field.kind:
        case FieldKind.DAY:
            return value.of_text(_text(field, model))
        case FieldKind.NUMBER | FieldKind.MONEY:
            return value.of(_whole(field, model), field.stored)
        case FieldKind.YES_NO:
            return [_truth(field, model).in_([each is YesNo.YES for each in value])]
        case FieldKind.CHOICE:
            return [_whole(field, model).in_(value)]
        case FieldKind.CHOICES:
            # "[3, 12]" becomes ",3,12,": what stands between two commas is an id.
            listed = _text(field, model)
            for sign, other in ((" ", ""), ("[", ","), ("]", ",")):
                listed = func.replace(listed, sign, other)
            return [or_(*(listed.contains(f",{each},") for each in value))]
    return [_whole(field, model).in_(ids_of(value, user))]


def _column(field: CustomField, model: Any) -> Column:
    is_choice = field.kind is FieldKind.CHOICE
    return Column(
        field.key, words(field), _reader(field), CELLS[field.kind], sort=_sort(field, model),
        shown=False,
        tone=(lambda record: str(record.custom_value(field).colour)) if is_choice else None,
    )  # fmt: skip


def _reader(field: CustomField) -> Callable[[Any], Any]:
    if field.kind is not FieldKind.YES_NO:
        return lambda record: record.custom_value(field)
    said = {True: _("yes"), False: _("no")}
    return lambda record: said.get(record.custom_value(field))


def _sort(field: CustomField, model: Any) -> tuple[Any, ...]:
    match field.kind:
        case FieldKind.NUMBER | FieldKind.MONEY:
            return (_whole(field, model),)
        case FieldKind.YES_NO:
            return (cast(_truth(field, model), Integer),)
        case FieldKind.CHOICE:
            places = {choice.id: place for place, choice in enumerate(field.choices)}
            return (case(places, value=_whole(field, model), else_=LAST),) if places else ()
        case FieldKind.PERSON:
            name = select(User.sort_name).where(User.id == _whole(field, model))
            return (func.coalesce(name.scalar_subquery(), ""),)
        case FieldKind.CHOICES | FieldKind.LONG_TEXT:
            return ()
    return (cast(func.substr(_by_bytes(_text(field, model)), 1, SORTED_BY), Text),)


def _facet(field: CustomField, model: Any) -> Facet:
    name, title = field.key, words(field)
    match field.kind:
        case FieldKind.DAY:
            return facets.days(name, title, "overdue", "this_month", "next_month")
        case FieldKind.NUMBER:
            return facets.amounts(name, title, kind=Numbers)
        case FieldKind.MONEY:
            return facets.amounts(name, title, kind=Sums)
        case FieldKind.YES_NO:
            said = {YesNo.YES: _("yes"), YesNo.NO: _("no")}
            return facets.states(name, title, YesNo, said.__getitem__)
        case FieldKind.PERSON:
            return facets.people(name, title, _whole(field, model), model)
    return Facet(name, title, lambda chosen: _choices(field, chosen))


def _choices(field: CustomField, chosen: Sequence[str]) -> Choices:
    offered = [each for each in field.choices if each.active or str(each.id) in chosen]
    return [(str(choice.id), words(choice)) for choice in offered]


def _text(field: CustomField, model: Any) -> ColumnElement[str]:
    """What ``field`` says, as text."""
    text: ColumnElement[str] = model.custom[str(field.id)].as_string()
    return text


def _whole(field: CustomField, model: Any) -> ColumnElement[int]:
    return cast(_text(field, model), BigInteger)


def _truth(field: CustomField, model: Any) -> ColumnElement[bool]:
    truth: ColumnElement[bool] = model.custom[str(field.id)].as_boolean()
    return truth


def _by_bytes(text: ColumnElement[str]) -> ColumnElement[str]:
    """In the same order on both databases."""
    return text.collate("C") if db.engine.dialect.name == "postgresql" else text
