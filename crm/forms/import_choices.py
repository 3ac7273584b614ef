"""What a value of a file can stand for: what its field understands, and what that is called."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from crm.extensions import db
from crm.filters.columns import way, words
from crm.importers.endings import ENDING_WORDS
from crm.importers.options import labels_of
from crm.models import CustomField, Option, OptionList, Pipeline, Stage, User

Choices = list[tuple[str, str]]


def offered_among(among: Any) -> list[Any]:
    """Those of a list, a kind or a field of the firm's own; colleagues, pipelines, stages."""
    if isinstance(among, OptionList):
        return list(Option.in_use(among))
    if isinstance(among, CustomField):
        return [choice for choice in among.choices if choice.active]
    if among is User:
        return list(db.session.scalars(User.active()))
    if among is Pipeline:
        return list(db.session.scalars(Pipeline.active()))
    if among is Stage:
        return list(db.session.scalars(Stage.in_all_use()))
    return list(among)


def texts_of(thing: Any) -> list[str]:
    """What a cell may say for it."""
    if isinstance(thing, User):
        return [thing.username]
    if isinstance(thing, Stage) and Pipeline.are_several():
        return [thing.way("zh"), *filter(None, labels_of(thing))]
    return [thing.value] if isinstance(thing, StrEnum) else [*filter(None, labels_of(thing))]


def called(thing: Any) -> str:
    """What one that is offered is called in the reader's language."""
    return way(thing) if isinstance(thing, Stage) else str(ENDING_WORDS.get(thing) or words(thing))


def choices_among(among: Any) -> Choices:
    """What a cell may say for each, and what that is called."""
    return [(texts_of(thing)[0], called(thing)) for thing in offered_among(among)]


def choice_of(label: str, pairs: Iterable[tuple[str, Any]] = ()) -> SelectField:
    """A choice among pairs of value and words; of the empty one, nothing."""
    choices = [SelectChoice(value, words) for value, words in pairs]
    return SelectField(label, choices=choices, coerce=lambda value: value or None)
