"""What a field holds, and how records keep it in their column ``custom``, by the field's id.

In a form that both databases compare and put in order: numbers as whole millionths, amounts as
whole cents, days as ISO 8601 text, choices and people by their ids. What is empty is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import has_request_context
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from crm.base import half_up
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.models.custom_field import CustomChoice
    from crm.models.user import User

# Numbers have at most so many decimals, and stay below this, either way from zero.
NUMBER_SCALE, MONEY_SCALE = 6, 2
LARGEST = Decimal(1_000_000_000_000)
# How long a text of one line, or a link, may be.
LONGEST = 300


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"  # in the base currency
    DAY = "day"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    LINK = "link"
    PERSON = "person"


class Storing:
    """The part of a field that knows what records keep of it."""

    if TYPE_CHECKING:
        kind: Mapped[FieldKind]
        choices: Mapped[list[CustomChoice]]

    def stored(self, value: Any) -> Any:
        """``value`` as records keep it; ``None``: empty.

        :param value: as ``value_of`` gives it.
        :raises ValueError: a number is too large.
        """
        if value is None or value == "" or value == []:
            return None
        return _STORED.get(self.kind, _as_it_is)(value)

    def value_of(self, stored: Any) -> Any:
        """What was stored: text, ``Decimal``, ``date``, ``bool``, a choice, choices or a person."""
        if stored is None:
            return [] if self.kind is FieldKind.CHOICES else None
        match self.kind:
            case FieldKind.NUMBER:
                return Decimal(stored).scaleb(-NUMBER_SCALE).normalize() + 0
            case FieldKind.MONEY:
                return Decimal(stored).scaleb(-MONEY_SCALE)
            case FieldKind.DAY:
                return date.fromisoformat(stored)
            case FieldKind.CHOICE:
                return self.choice(stored)
            case FieldKind.CHOICES:
                return [choice for choice in self.choices if choice.id in stored]
            case FieldKind.PERSON:
                return _person(stored)
        return stored

    def written(self, stored: Any) -> str:
        """What was stored, as histories keep it: names in both languages, the rest as text."""
        value = self.value_of(stored)
        if isinstance(value, Bilingual):
            return value.both
        if isinstance(value, list):
            return "\n".join(
                ", ".join(choice.label(language) for choice in value) for language in ("zh", "en")
            )
        return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)

    def choice(self, id: int) -> CustomChoice | None:
        """The choice with this id, also one that is not offered any more."""
        return next((choice for choice in self.choices if choice.id == id), None)


def _person(id: int) -> User | None:
    """The user with this id; all people are read once a request, so that lists ask no more."""
    from crm.models.user import User

    if not has_request_context():
        return db.session.get(User, id)
    people = once_a_request(
        "people", lambda: {each.id: each for each in db.session.scalars(select(User))}
    )
    return people.get(id)


def _scaled(places: int) -> Callable[[Decimal], int]:
    def scaled(value: Decimal) -> int:
        if abs(value) >= LARGEST:
            raise ValueError(value)
        return int(half_up(value.scaleb(places)))

    return scaled


def _as_it_is(value: Any) -> Any:
    return value


def _id(record: CustomChoice | User) -> int:
    return record.id


_STORED: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.NUMBER: _scaled(NUMBER_SCALE),
    FieldKind.MONEY: _scaled(MONEY_SCALE),
    FieldKind.DAY: date.isoformat,
    FieldKind.CHOICE: _id,
    FieldKind.CHOICES: lambda choices: sorted(choice.id for choice in choices),
    FieldKind.PERSON: _id,
}
