"""What values of a file stand for that are called otherwise here: said for each, one by one.

A value that nobody here knows is counted, so that somebody can say what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from crm.extensions import db
from crm.folding import fold, fold_label
from crm.importers.fields import Field, OneOf
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.importers.ways import is_in_use
from crm.models import CustomField, Option, OptionList, Pipeline, Stage, User
from crm.models.import_run import Meanings

# So many different values of a column are listed to be matched, so much of each.
MOST_LISTED, LONGEST = 100, 200
# How alike a value must be to one of ours to be proposed for it; to a colleague's name.
ALIKE, SAME_PERSON = 0.75, 0.9

# What a value stands for: behind the first, what its field understands; behind the second, the id
# of one record; else an ``Instead``.
MEANS, _ID = "=", "#"
_MARKS = re.compile(r"\d+|[-+*#<>=≤≥±%]")


class Instead(StrEnum):
    """What is done with a value that stands for nothing here."""

    EMPTY = "empty"  # as if the cell were
    ADD = "add"  # it is put into the list
    REFUSE = "refuse"  # its rows are bad


@dataclass
class Unmatched:
    """A value that is not known here; or, if it ``is_here``, who has left, or is out of use."""

    text: str
    is_here: bool
    # Whether somebody said what it stands for.
    is_said: bool
    rows: int = 0


class Matching:
    """Reads cells in the light of what was said of their values."""

    def __init__(self, meanings: Meanings, known: Known) -> None:
        self._meanings, self._known = meanings, known
        self._chosen: dict[tuple[str, str], Any] = {}
        self._unmatched: dict[str, dict[str, Unmatched]] = {}
        self._cut: set[str] = set()

    def read(self, field: Field, text: str) -> Any:
        """What a cell says; ``None`` if it says nothing.

        :raises BadValue: it cannot be taken.
        """
        parse, said = field.parse, self._said(field, text)
        if isinstance(parse, OneOf):
            return parse.read(text, self._known, lambda part, _known: self._one(field, parse, part))
        if said == Instead.EMPTY:
            return None
        return parse(said.removeprefix(MEANS) or text, self._known)

    @property
    def stored(self) -> dict[str, Any]:
        """What a run keeps: the values of each field, the most frequent first."""
        return {
            "values": [
                [name, one.text[:LONGEST], one.rows, one.is_here]
                for name, unmatched in self._unmatched.items()
                for one in sorted(unmatched.values(), key=lambda one: -one.rows)
            ],
            "values_open": sum(
                not (one.is_said or one.is_here)
                for unmatched in self._unmatched.values()
                for one in unmatched.values()
            ),
            "values_stale": sum(
                one.is_here for unmatched in self._unmatched.values() for one in unmatched.values()
            ),
            "values_cut": sorted(self._cut),
        }

    def _one(self, field: Field, parse: OneOf, text: str) -> Any:
        said = self._said(field, text)
        try:
            value = self._meant(field, parse, text, said)
        except BadValue:
            self._note(field, Unmatched(text, is_here=False, is_said=said == Instead.REFUSE))
            raise
        comes = isinstance(value, Option) and self._known.options.comes(value)
        is_stale = not comes and _is_of_the_past(value)
        if said or comes or is_stale:
            seen = Unmatched(
                text, is_here=is_stale and not said, is_said=bool(said) and not is_stale
            )
            self._note(field, seen)
        return value

    def _meant(self, field: Field, parse: OneOf, text: str, said: str) -> Any:
        match said:
            case Instead.EMPTY:
                return None
            case Instead.REFUSE:
                raise BadValue(_("is refused, as was chosen for it"))
            case Instead.ADD if isinstance(parse.among, OptionList):
                return self._known.options.find(parse.among, text, adds=True)
        if not said.startswith(_ID):
            return parse.find(said.removeprefix(MEANS) or text, self._known)
        if (field.name, said) not in self._chosen:
            self._chosen[field.name, said] = _with_id(parse.among, int(said.removeprefix(_ID)))
        return self._chosen[field.name, said]

    def _said(self, field: Field, text: str) -> str:
        said = self._meanings.get(field.name)
        return said.get(value_key(text), "") if said else ""

    def _note(self, field: Field, value: Unmatched) -> None:
        unmatched, key = self._unmatched.setdefault(field.name, {}), value_key(value.text)
        if key not in unmatched and len(unmatched) >= MOST_LISTED:
            self._cut.add(field.name)
            return
        unmatched.setdefault(key, value).rows += 1


def value_key(text: str) -> str:
    """What a value is known by, however it is written; of a very long one its beginning counts."""
    return fold_label(text[:LONGEST])


def meaning(thing: Any) -> str:
    """The choice of just this one: a record, or one of a kind."""
    return MEANS + thing.value if isinstance(thing, StrEnum) else f"{_ID}{thing.id}"


def _is_of_the_past(value: Any) -> bool:
    """Whether it is somebody who has left, or out of use."""
    match value:
        case User():
            return not value.is_active
        case Option():
            return not value.active
        case Pipeline() | Stage():
            return not is_in_use(value)
        case [Stage(), *_]:
            return not any(map(is_in_use, value))
    return False


def _with_id(among: Any, wanted: int) -> Any:
    """:raises BadValue: it is no longer among those that can be chosen."""
    if isinstance(among, CustomField):
        found = next((choice for choice in among.choices if choice.id == wanted), None)
    else:
        found = db.session.get(Option if isinstance(among, OptionList) else among, wanted)
    if found is None or (isinstance(found, Option) and found.list is not among):
        raise BadValue(_("was matched with one that is no longer here: match it again"))
    return found


def same_person(text: str, names: Sequence[str]) -> str:
    """The one of ``names`` that a value has as a whole; a remark in brackets is none of it.

    Of two that it may be, it is neither.
    """
    wanted, folded = fold(re.split("[(（]", text)[0]), [fold(name) for name in names]
    close = get_close_matches(wanted, folded, n=2, cutoff=SAME_PERSON)
    return names[folded.index(close[0])] if len(close) == 1 else ""


def is_near(text: str, label: str) -> bool:
    """Whether both are all but written the same: A+ is not A, nor 10-50 人 10-500 人."""
    if _MARKS.findall(text) != _MARKS.findall(label):
        return False
    return SequenceMatcher(None, fold(text), fold(label)).ratio() >= ALIKE


def alike(text: str, labels: Sequence[str]) -> str:
    """The one of ``labels`` that a value most likely stands for; "" if none is like it."""
    wanted, folded = fold(text), {fold(label): label for label in labels if len(fold(label)) > 1}
    within = [key for key in folded if key in wanted or (len(wanted) > 1 and wanted in key)]
    if within:
        return folded[max(within, key=len)]
    short = [key for key in folded if len(wanted) > 1 and _shortens(wanted, key)]
    if short:
        return folded[min(short, key=len)]
    close = get_close_matches(wanted, folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else ""


def _shortens(short: str, long: str) -> bool:
    """Whether one is made of letters of the other, from its first on: 石化 of 石油化工."""
    rest = iter(long)
    return short[0] == long[0] and all(letter in rest for letter in short)
