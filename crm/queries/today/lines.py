"""A short list with its true length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func

from crm.extensions import db

SHOWN = 8

Row = TypeVar("Row")


@dataclass(frozen=True)
class Lines(Generic[Row]):
    """At most ``SHOWN`` rows, and how many there are in all."""

    rows: Sequence[Row]
    total: int

    @classmethod
    def of(cls, chosen: Select[Any], *options: Any) -> Lines[Any]:
        """The first rows of ``chosen``, and in the same query their number."""
        counted = chosen.add_columns(func.count().over()).options(*options).limit(SHOWN)
        rows = db.session.execute(counted).all()
        return Lines([row for row, _ in rows], rows[0][1] if rows else 0)

    @classmethod
    def none(cls) -> Lines[Any]:
        """Of what is not this user's to do."""
        return Lines([], 0)

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows)
