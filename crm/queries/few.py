"""A short list with its true length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func

from crm.extensions import db

Row = TypeVar("Row")


@dataclass(frozen=True)
class Few(Generic[Row]):
    """The first rows, and how many there are in all."""

    rows: Sequence[Row]
    total: int

    @classmethod
    def of(cls, chosen: Select[Any], *options: Any, shown: int) -> Few[Any]:
        """The first ``shown`` rows of ``chosen``, and in the same query their number."""
        counted = chosen.add_columns(func.count().over()).options(*options).limit(shown)
        rows = db.session.execute(counted).all()
        return Few([row for row, _ in rows], rows[0][1] if rows else 0)

    @classmethod
    def none(cls) -> Few[Any]:
        """Of what there is nothing, or nothing for this user."""
        return Few([], 0)

    @property
    def left_off(self) -> int:
        """How many are not shown."""
        return self.total - len(self.rows)
