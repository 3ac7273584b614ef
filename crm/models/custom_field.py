"""Custom fields: what a firm keeps of its customers, contacts and deals besides our own fields.

A record's values stand in its column ``custom`` by the id of the field, in a form that both
databases compare and put in order: numbers as whole millionths, amounts as whole cents, days as
ISO 8601 text, choices and people by their ids. What is empty is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, Select, String, inspect, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from crm.base import Base, Key, Label, Versioned, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual

if TYPE_CHECKING:
    from crm.models.user import User

# Numbers have at most so many decimals, and stay below this, either way from zero.
NUMBER_SCALE, MONEY_SCALE = 6, 2
LARGEST = Decimal(1_000_000_000_000)


class CustomNoun(StrEnum):
    """What a firm can add fields to."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    DEAL = "deal"


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


class CustomField(Bilingual, Versioned, Base):
    __tablename__ = "custom_field"
    __table_args__ = (Index(None, "noun", "position"),)

    id: Mapped[Key]
    noun: Mapped[CustomNoun] = mapped_column(stored_by_value(CustomNoun))
    kind: Mapped[FieldKind] = mapped_column(stored_by_value(FieldKind))
    # The heading that it stands under on forms and pages; empty: among our own fields.
    section_zh: Mapped[Label] = mapped_column(default="")
    section_en: Mapped[Label] = mapped_column(default="")
    help_zh: Mapped[str] = mapped_column(String(300), default="")
    help_en: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=False)
    # What a new record has, as ``stored`` makes it; None: nothing.
    default: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    # Out of use: no longer asked for nor shown, while records and histories keep what they have.
    active: Mapped[bool] = mapped_column(default=True)

    choices: Mapped[list[CustomChoice]] = relationship(
        back_populates="field", order_by="CustomChoice.position", cascade="all, delete-orphan"
    )

    @classmethod
    def of(cls, noun: CustomNoun) -> Select[CustomField]:
        """The fields in use, in the firm's order."""
        return cls.all_of(noun).where(cls.active)

    @classmethod
    def all_of(cls, noun: CustomNoun) -> Select[CustomField]:
        """Every field, those out of use too, in the firm's order."""
        return (
            select(cls)
            .where(cls.noun == noun)
            .options(selectinload(cls.choices))
            .order_by(cls.position, cls.id)
        )

    @property
    def key(self) -> str:
        """What it is called in a record's values, an address and a history: ``custom_17``."""
        return f"custom_{self.id}"

    def choice(self, id: int) -> CustomChoice | None:
        """The choice with this id, also one that is not offered any more."""
        return next((choice for choice in self.choices if choice.id == id), None)

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
            return None
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
                from crm.models.user import User

                return db.session.get(User, stored)
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


class CustomChoice(Bilingual, Base):
    """One of the things that a field of the kinds choice and choices offers."""

    __tablename__ = "custom_choice"

    id: Mapped[Key]
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"), index=True)
    colour: Mapped[str] = mapped_column(String(20), default="grey")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    field: Mapped[CustomField] = relationship(back_populates="choices")


class Customized:
    """A mixin: a record with the firm's own fields."""

    CUSTOM_NOUN: ClassVar[CustomNoun]

    # Never changed in place: a new one takes its place, which is how a change is noticed.
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

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

    def custom_changes(self) -> dict[str, list[str]]:
        """The pending changes of the firm's own fields: key → [old, new] as histories keep it."""
        history = inspect(self).attrs.custom.history
        if not history.has_changes():
            return {}
        old, new = ((side[0] if side else None) or {} for side in (history.deleted, history.added))
        changed = [int(id) for id in {*old, *new} if old.get(id) != new.get(id)]
        fields: Sequence[CustomField] = (
            db.session.scalars(CustomField.all_of(self.CUSTOM_NOUN)).all() if changed else ()
        )
        return {
            field.key: [field.written(side.get(str(field.id))) for side in (old, new)]
            for field in fields
            if field.id in changed
        }


def _scaled(places: int) -> Callable[[Decimal], int]:
    def scaled(value: Decimal) -> int:
        if abs(value) >= LARGEST:
            raise ValueError(value)
        return int(value.scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_UP))

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
