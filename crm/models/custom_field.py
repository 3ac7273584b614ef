"""Custom fields: what a firm keeps of its customers, contacts and deals besides our own fields.

A record's values stand in its column ``custom`` by the id of the field, in a form that both
databases compare and put in order: numbers as whole millionths, amounts as whole cents, days as
ISO 8601 text, choices and people by their ids. What is empty is not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from flask import has_app_context, has_request_context
from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    cast,
    func,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.base import Base, Key, Label, Versioned, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.models.option import InUse, OptionPlan, written_options
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.models.user import User

# Numbers have at most so many decimals, and stay below this, either way from zero.
NUMBER_SCALE, MONEY_SCALE = 6, 2
LARGEST = Decimal(1_000_000_000_000)
# How long a text of one line, or a link, may be.
LONGEST = 300


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

    @classmethod
    def known(cls, noun: CustomNoun) -> Sequence[CustomField]:
        """What ``all_of`` finds, asked of the database once a request; none outside an app."""
        if not has_app_context():
            return []
        ask = partial(_all, cls.all_of(noun))
        return once_a_request(f"custom fields of {noun}", ask)

    @classmethod
    def in_use(cls, noun: CustomNoun) -> list[CustomField]:
        """What ``of`` finds; asked of the database once a request."""
        return [field for field in cls.known(noun) if field.active]

    @classmethod
    def visible_to(cls, _user: User) -> Select[CustomField]:
        """Every field: what they say is seen with the record that says it."""
        return select(cls)

    @classmethod
    def add(cls, field: CustomField, plans: Sequence[OptionPlan], *, by: User) -> CustomField:
        """Let records have one more field, after those there are."""
        last = db.session.scalar(select(func.max(cls.position)).where(cls.noun == field.noun))
        field.position = 0 if last is None else last + 1
        db.session.add(field)
        field._offer(plans)
        Event.record(Action.FIELD_CREATED, field, by=by, name=field.both)
        return field

    def arrange(self, plans: Sequence[OptionPlan]) -> None:
        """Offer what ``plans`` say, in their order; who is not among them goes.

        :raises InUse: a record says a choice that would go.
        """
        kept = {plan.option.id for plan in plans if plan.option}
        gone = [choice for choice in self.choices if choice.id not in kept]
        in_use = self.ids_in_use() if gone else set()
        if needed := [choice for choice in gone if choice.id in in_use]:
            raise InUse(needed[0])
        self._offer(plans)
        flag_modified(self, "position")  # a new version, though only its choices may differ

    def move(self, step: int) -> None:
        """Let it change places with the one ``step`` before or after it, if there is one."""
        fields = list(db.session.scalars(CustomField.all_of(self.noun).with_for_update()))
        place = fields.index(self)
        if 0 <= place + step < len(fields):
            fields.insert(place + step, fields.pop(place))
        for position, field in enumerate(fields):
            field.position = position

    def said(self) -> dict[str, str]:
        """What it is, as histories keep it."""
        return {
            "label": self.both,
            "field_kind": self.kind.value,
            "section": "\n".join(filter(None, (self.section_zh, self.section_en))),
            "required": str(self.required),
            "offered": str(self.active),
            "default": self.written(self.default),
            "options": written_options(self.choices),
        }

    def note_changes(self, before: dict[str, str], *, by: User) -> None:
        """Record what is another than ``before``, if anything is."""
        now = self.said()
        if changes := {
            name: [before[name], now[name]] for name in now if before[name] != now[name]
        }:
            Event.record(Action.FIELD_CHANGED, self, by=by, name=self.both, changes=changes)

    @property
    def has_values(self) -> bool:
        """Whether any record says something here, in the trash too."""
        text = self._text()
        return db.session.scalar(select(1).where(text.is_not(None)).limit(1)) is not None

    def ids_in_use(self) -> set[int]:
        """The ids of the choices that a record has, or a new one begins with."""
        text = self._text()
        found = [json.loads(each) for each in db.session.scalars(select(text).distinct()) if each]
        found.append(self.default)
        return {id for each in found for id in (each if isinstance(each, list) else [each]) if id}

    def _text(self) -> ColumnElement[str]:
        """What records say here, as text."""
        from crm.models.contact import Contact
        from crm.models.customer import Customer
        from crm.models.deal import Deal

        models = {model.CUSTOM_NOUN: model for model in (Customer, Contact, Deal)}
        said: ColumnElement[str] = models[self.noun].custom[str(self.id)].as_string()
        return cast(said, Text)

    def _offer(self, plans: Sequence[OptionPlan]) -> None:
        self.choices = [_planned(plan, place) for place, plan in enumerate(plans)]
        db.session.flush()  # records and the default name choices by their ids

    @property
    def key(self) -> str:
        """What it is called in a record's values, an address and a history: ``custom_17``."""
        return f"custom_{self.id}"

    def section(self, language: str) -> str:
        """The heading that it stands under, in ``language``, or in the other one."""
        return _in(language, self.section_zh, self.section_en)

    def help(self, language: str) -> str:
        """What is said under it on forms, in ``language``, or in the other one."""
        return _in(language, self.help_zh, self.help_en)

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


def _planned(plan: OptionPlan, position: int) -> CustomChoice:
    choice = plan.option if isinstance(plan.option, CustomChoice) else CustomChoice()
    choice.label_zh, choice.label_en = plan.label_zh, plan.label_en
    choice.colour, choice.active, choice.position = plan.colour, plan.active, position
    return choice


def _in(language: str, zh: str, en: str) -> str:
    return (zh or en) if language == "zh" else (en or zh)


def _person(id: int) -> User | None:
    """The user with this id; all people are read once a request, so that lists ask no more."""
    from crm.models.user import User

    if not has_request_context():
        return db.session.get(User, id)
    people = once_a_request("people", lambda: {each.id: each for each in _all(select(User))})
    return people.get(id)


def _all(chosen: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(chosen).all()


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
