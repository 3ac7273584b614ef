"""The columns of a list: what each is called, reads, sorts by and needs loaded.

A list declares its columns once; the page, its cards on a phone and exports are drawn from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from crm.models import Option, Pipeline, Stage, User
from crm.models.bilingual import Bilingual
from crm.wording import person_word, word_for
from crm.wording.fields import FIELDS
from crm.wording.looks import look_of

Value = str | int | Decimal | date | None  # a datetime is a date


class Kind(StrEnum):
    """How a cell is drawn (``components/tables.html: cell``)."""

    TITLE = "title"  # what the record is called: the link to its page
    TEXT = "text"
    LONG = "long"  # text that may be cut where it is too long
    LINK = "link"  # another record, by its name
    CODE = "code"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DAY = "day"
    DAYS = "days"  # a length of time
    BADGE = "badge"
    BADGES = "badges"  # several, each in its own colour
    PERSON = "person"
    TELEPHONE = "telephone"
    MAIL = "mail"
    WEB = "web"
    YES = "yes"  # something that is so, or is not


LAST = 2**30  # sorts behind every position
NUMBERS = {Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.DAYS}


@dataclass(frozen=True)
class Column:
    """One column. ``read`` gives what stands in it of a record, as the cell needs it."""

    name: str  # as it stands in the address
    title: Any  # lazy, in the reader's language
    read: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    # What it sorts by, in SQL, where need be of what the reader may see; the list adds the key.
    sort: tuple[Any, ...] | Callable[[User], tuple[Any, ...]] = ()
    counts_down: bool = False  # it falls as what it sorts by rises: the days since a moment
    load: tuple[Any, ...] = field(default=(), repr=False)  # loading options, so no query per row
    # A loading option that leaves out what the reader may not know of.
    load_for: Callable[[User], Any] | None = field(default=None, repr=False)
    shown: bool = True  # unless the reader chooses otherwise
    minor: bool = False  # stands back where there is little room
    tone: Callable[[Any], str] | None = None  # the colour of a badge, of a record
    icon: Callable[[Any], str] | None = None
    partial: str = ""  # draws the cell instead, of ``record``
    currency: Callable[[Any], str] | None = None  # of money that is not in the base currency

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right, with the units below each other."""
        return self.kind in NUMBERS

    @cached_property
    def style(self) -> str:
        """The classes of its cells."""
        names = (
            "number" if self.is_number else "",
            "money" if self.kind is Kind.MONEY else "",
            "code" if self.kind is Kind.CODE else "",
            "long" if self.kind is Kind.LONG else "",
            "minor" if self.minor else "",
        )
        return " ".join(filter(None, names))

    @property
    def is_title(self) -> bool:
        """Whether it names the record, and so cannot be taken off the list."""
        return self.kind is Kind.TITLE

    def sorted_for(self, user: User) -> tuple[Any, ...]:
        """What it sorts by, of what ``user`` may see."""
        return self.sort(user) if callable(self.sort) else self.sort

    def words(self, thing: Any) -> str:
        """What ``thing`` is called in the reader's language."""
        return words(thing)

    def value(self, record: Any) -> Value:
        """What an export writes: text in the reader's language, a number, an amount or a day."""
        thing = self.read(record)
        if isinstance(thing, bool):
            return _("yes") if thing else ""
        if isinstance(thing, list):
            return ", ".join(words(each) for each in thing)
        if thing is None or isinstance(thing, int | Decimal | date):
            return thing
        return words(thing)


def person(relation: InstrumentedAttribute[Any], title: Any = None, **settings: Any) -> Column:
    """Somebody of the firm, sorted by name."""
    name = relation.key
    return Column(
        name, title or FIELDS[name], lambda record: getattr(record, name), Kind.PERSON,
        sort=(_of(relation, User, User.sort_name, ""),), load=(joinedload(relation),), **settings,
    )  # fmt: skip


def option(relation: InstrumentedAttribute[Any], **settings: Any) -> Column:
    """What was chosen from a list of the firm's, sorted in the firm's order."""
    name = relation.key
    return Column(
        name, FIELDS[name], lambda record: getattr(record, name),
        sort=(_of(relation, Option, Option.position, LAST),), load=(joinedload(relation),),
        **settings,
    )  # fmt: skip


def status(read: Callable[[Any], StrEnum], **settings: Any) -> Column:
    """How far something has come, as its badge looks everywhere."""
    return Column(
        "state", _l("Status"), read, Kind.BADGE,
        tone=lambda record: look_of(read(record)).tone,
        icon=lambda record: look_of(read(record)).icon, **settings,
    )  # fmt: skip


def _of(
    relation: InstrumentedAttribute[Any], model: Any, wanted: Any, otherwise: Any
) -> ColumnElement[Any]:
    """A column of what a record refers to, without joining it to the list."""
    (key,) = relation.property.local_columns
    found = select(wanted).where(model.id == key).scalar_subquery()
    return func.coalesce(found, otherwise)


def way(stage: Stage) -> str:
    """A stage in the reader's language; where there are several pipelines, of which it is."""
    return stage.way(_language()) if Pipeline.are_several() else words(stage)


def _language() -> str:
    return str(getattr(get_locale(), "language", "zh"))


def words(thing: Any) -> str:
    """What a record, an option or a state is called in the reader's language."""
    if isinstance(thing, Bilingual):
        return thing.label(_language())
    if isinstance(thing, User):
        return person_word(thing)
    return word_for(thing) if isinstance(thing, StrEnum) else str(thing)
