"""Cells in which several choices or tags stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate
from unicodedata import normalize

from flask_babel import gettext as _

from crm.importers.fields import LONGEST_TEXT, Field, OneOf
from crm.importers.problems import BadValue
from crm.models import OptionList

# What stands between two values, after NFKC, or behind the last.
_BETWEEN = re.compile(r"\s*(?:[,、;|\n]\s*|$)")


def parts_of(cell: str, labels: Iterable[str]) -> list[str]:
    """The values of a cell, each once; one of the ``labels`` may hold what stands between them.

    :raises BadValue: it is longer than any text.
    """
    if len(cell) > LONGEST_TEXT:
        raise BadValue(_("is longer than %(most)s characters", most=f"{LONGEST_TEXT:,}"))
    rest = normalize("NFKC", cell).strip()
    known = sorted({normalize("NFKC", label) for label in labels if label}, key=len, reverse=True)
    found = []
    while rest:
        gap = _after_one_of(known, rest) or _BETWEEN.search(rest)
        assert gap is not None  # there is always an end
        found.append(rest[: gap.start()])
        rest = rest[gap.end() :]
    return list(dict.fromkeys(filter(None, found)))


def _after_one_of(labels: Iterable[str], text: str) -> re.Match[str] | None:
    """What follows the label with which ``text`` begins."""
    folded = text.casefold()
    starts = (label.casefold() for label in labels)
    ends = (_place(text, len(start)) for start in starts if folded.startswith(start))
    return next(filter(None, (_BETWEEN.match(text, end) for end in ends if end)), None)


def _place(text: str, folded: int) -> int | None:
    """Where so many characters of the folded ``text`` end: a few letters are longer folded (İ)."""
    if len(text) == len(text.casefold()):
        return folded
    lengths = accumulate(len(char.casefold()) for char in text)
    return next((at for at, length in enumerate(lengths, 1) if length == folded), None)


# The tags of a record: all that it carries.
tags = OneOf(
    OptionList.TAG,
    lambda text, known: known.options.find(OptionList.TAG, text),
    parts=lambda cell, known: parts_of(cell, known.options.labels(OptionList.TAG)),
)


def tags_field(*words: str) -> Field:
    """The field of the tags, called one of ``words`` besides what every noun's are called."""
    return Field("tags", tags, words=("tag", "labels", "标签", *words))
