"""Pages of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from crm.extensions import db

PER_PAGE = 50
LAST_PAGE = 10_000

Record = TypeVar("Record")


@dataclass(frozen=True)
class Page(Generic[Record]):
    """One page of records, and where it stands in the whole list."""

    records: Sequence[Record]
    number: int
    total: int
    per_page: int = PER_PAGE

    @classmethod
    def of(cls, chosen: Select[Any], number: int, *, options: tuple[Any, ...] = ()) -> Page[Any]:
        """The page ``number`` (from 1) of ``chosen``; a page past the end is the last one."""
        total = db.session.scalar(
            select(func.count()).select_from(chosen.order_by(None).subquery())
        ) or 0  # fmt: skip
        last = max(1, -(-total // PER_PAGE))
        number = min(max(1, number), last)
        rows = db.session.scalars(
            chosen.options(*options).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
        ).unique()
        return cls(rows.all(), number, total)

    @property
    def first(self) -> int:
        """The position of the page's first record, from 1; 0 when the list is empty."""
        return 0 if not self.total else (self.number - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        """The position of the page's last record."""
        return self.first + len(self.records) - 1 if self.total else 0

    @property
    def previous_number(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next_number(self) -> int | None:
        return self.number + 1 if self.last < self.total else None
