"""What can be wrong with an import: with the file, with the mapping, with one cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

# What the last column of the bad rows is called.
REASON = _l("What is wrong")


class Refused(Exception):
    """The import cannot even begin, or cannot go on; the message says why, in plain words."""


class BadValue(ValueError):
    """One cell, or what a row says as a whole, cannot be taken.

    :param field: the field it is about, if that is not the one being read.
    """

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@contextmanager
def about(field: str) -> Iterator[None]:
    """Inside, a bad value is one of ``field``."""
    try:
        yield
    except BadValue as error:
        raise BadValue(error.reason, field) from error


class Problem(NamedTuple):
    """One bad cell as it is reported: the line counts from 1, the header included."""

    line: int
    column: str
    value: str
    reason: str
