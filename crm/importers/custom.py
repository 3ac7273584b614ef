"""The firm's own fields, as a file fills them: ``custom_17`` is set by ``record.set_custom``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from flask_babel import gettext as _

from crm.extensions import choose_language
from crm.folding import plain
from crm.importers.amounts import signed
from crm.importers.days import day
from crm.importers.fields import (
    LONGEST_TEXT,
    Field,
    OneOf,
    Parser,
    text_within,
    url,
    user,
    yes_or_no,
)
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.importers.several import parts_of
from crm.models import CustomChoice, CustomField, CustomNoun, FieldKind
from crm.models.custom_field.storing import LONGEST, MONEY_SCALE, NUMBER_SCALE


def custom_fields(noun: CustomNoun) -> tuple[Field, ...]:
    """The firm's own fields of ``noun``, named by their keys, known by their labels."""
    return tuple(
        Field(
            field.key,
            parser(field),
            words=tuple(dict.fromkeys(filter(None, (field.label_zh, field.label_en)))),
            never_empty=field.required,
            label=field.label(choose_language()),
            is_money=field.kind is FieldKind.MONEY,
        )
        for field in CustomField.in_use(noun)
    )


def own_fields(noun: CustomNoun) -> dict[str, CustomField]:
    """The same, as records know them, by their keys."""
    return {field.key: field for field in CustomField.in_use(noun)}


def parser(field: CustomField) -> Parser:
    """What reads the cells of ``field``: a parser whose values ``set_custom`` takes."""
    match field.kind:
        case FieldKind.TEXT:
            return text_within(LONGEST)
        case FieldKind.LONG_TEXT:
            return text_within(LONGEST_TEXT)
        case FieldKind.NUMBER:
            return _number(NUMBER_SCALE)
        case FieldKind.MONEY:
            return _number(MONEY_SCALE)
        case FieldKind.DAY:
            return day
        case FieldKind.YES_NO:
            return yes_or_no
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return _choice(field)
        case FieldKind.LINK:
            return url
        case FieldKind.PERSON:
            return user


def _number(places: int) -> Parser:
    def parse(text: str, known: Known) -> Decimal:
        amount = signed(text, known)
        if amount != round(amount, places):
            raise BadValue(_("has more than %(places)s decimals", places=places))
        return amount

    return parse


def _choice(field: CustomField) -> OneOf:
    choices = _by_label(field.choices)

    def find(text: str, _known: Known) -> CustomChoice:
        if plain(text) not in choices:
            raise _none_of(field)
        return choices[plain(text)]

    def parts(cell: str, _known: Known) -> list[str]:
        return parts_of(cell, choices)

    return OneOf(field, find, parts if field.kind is FieldKind.CHOICES else None)


def _by_label(choices: Iterable[CustomChoice]) -> dict[str, CustomChoice]:
    """The choices by their labels in both languages; those that are offered win."""
    return {
        plain(label): choice
        for choice in sorted(choices, key=lambda choice: choice.active)
        for label in (choice.label_zh, choice.label_en)
        if label
    }


def _none_of(field: CustomField) -> BadValue:
    known = [choice.label(choose_language()) for choice in field.choices if choice.active]
    return BadValue(_("is none of: %(known)s", known=", ".join(known)))
