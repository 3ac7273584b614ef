"""What values of a file stand for that are called otherwise here: said for each, one by one.

A value that nobody here knows is counted, so that somebody can say what it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from crm.folding import fold
from crm.importers.fields import Field, OneOf
from crm.importers.known import Known, key_of
from crm.importers.problems import BadValue
from crm.models import Option, OptionList, User

# So many different values of a column are listed to be matched, each no longer than a name.
MOST_LISTED, LONGEST = 100, 200
# How alike a value must be to one of ours to be proposed for it.
ALIKE = 0.75

# What a value stands for: behind this, what its field understands; else an ``Instead``.
MEANS = "="
# Field → folded value → what it stands for.
Meanings = dict[str, dict[str, str]]


class Instead(StrEnum):
    """What is done with a value that stands for nothing here."""

    EMPTY = "empty"  # as if the cell were
    ADD = "add"  # it is put into the list
    REFUSE = "refuse"  # its rows are bad


@dataclass
class Unmatched:
    """A value that is not known here, or is somebody who has left: ``is_here``."""

    text: str
    is_here: bool
    # Whether somebody said what it stands for.
    is_said: bool
    rows: int = 0


class Matching:
    """Reads cells in the light of what was said of their values."""

    def __init__(self, meanings: Meanings, known: Known) -> None:
        self._meanings, self._known = meanings, known
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
                [name, one.text, one.rows, one.is_here]
                for name, unmatched in self._unmatched.items()
                for one in sorted(unmatched.values(), key=lambda one: -one.rows)
            ],
            "values_open": sum(
                not (one.is_said or one.is_here)
                for unmatched in self._unmatched.values()
                for one in unmatched.values()
            ),
            "values_cut": sorted(self._cut),
        }

    def _one(self, field: Field, parse: OneOf, text: str) -> Any:
        said = self._said(field, text)
        try:
            value = self._meant(parse, text, said)
        except BadValue:
            self._note(field, Unmatched(text, is_here=False, is_said=bool(said)))
            raise
        has_left = isinstance(value, User) and not value.is_active
        if said or has_left or (isinstance(value, Option) and self._known.options.comes(value)):
            seen = Unmatched(text, is_here=has_left and not said, is_said=bool(said))
            self._note(field, seen)
        return value

    def _meant(self, parse: OneOf, text: str, said: str) -> Any:
        match said:
            case Instead.EMPTY:
                return None
            case Instead.REFUSE:
                raise BadValue(_("is refused, as was chosen for it"))
            case Instead.ADD if isinstance(parse.among, OptionList):
                return self._known.options.find(parse.among, text, adds=True)
        return parse.find(said.removeprefix(MEANS) or text, self._known)

    def _said(self, field: Field, text: str) -> str:
        said = self._meanings.get(field.name)
        return said.get(key_of(text), "") if said else ""

    def _note(self, field: Field, value: Unmatched) -> None:
        if len(value.text) > LONGEST:
            return
        unmatched, key = self._unmatched.setdefault(field.name, {}), key_of(value.text)
        if key not in unmatched and len(unmatched) >= MOST_LISTED:
            self._cut.add(field.name)
            return
        unmatched.setdefault(key, value).rows += 1


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
