"""Custom fields: what a firm keeps of its customers, contacts and deals besides our own fields.

``storing.py`` says what a field holds and how it is kept, ``customized.py`` what a record can do
that has some.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask import has_app_context
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
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.base import Base, Key, Label, Versioned, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.custom_field.storing import FieldKind, Storing
from crm.models.event import Action, Event
from crm.models.option import InUse, OptionPlan, written_options
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.models.user import User

__all__ = ["CustomChoice", "CustomField", "CustomNoun", "FieldKind"]


class CustomNoun(StrEnum):
    """What a firm can add fields to."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    DEAL = "deal"


class CustomField(Storing, Bilingual, Versioned, Base):
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
        return once_a_request(f"custom fields of {noun}", lambda: _all(cls.all_of(noun)))

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


class CustomChoice(Bilingual, Base):
    """One of the things that a field of the kinds choice and choices offers."""

    __tablename__ = "custom_choice"

    id: Mapped[Key]
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"), index=True)
    colour: Mapped[str] = mapped_column(String(20), default="grey")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    field: Mapped[CustomField] = relationship(back_populates="choices")


def _planned(plan: OptionPlan, position: int) -> CustomChoice:
    choice = plan.option if isinstance(plan.option, CustomChoice) else CustomChoice()
    choice.label_zh, choice.label_en = plan.label_zh, plan.label_en
    choice.colour, choice.active, choice.position = plan.colour, plan.active, position
    return choice


def _in(language: str, zh: str, en: str) -> str:
    return (zh or en) if language == "zh" else (en or zh)


def _all(chosen: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(chosen).all()
