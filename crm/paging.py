"""Pages of a list, found by the place where they begin: the last is as near as the first.

An order is a row of keys, none of them ever empty, the last one unique. A place is what the keys
are at one row; written into an address it stays known when that row is moved or trashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, unquote

from sqlalchemy import (
    BigInteger,
    Cast,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
)

from crm.extensions import db

PER_PAGE = 50
# More than so many are not counted: "10,000+" says as much, and a list opens as fast. Of what was
# searched for, fewer are: each row is read to find out.
COUNTED, FOUND = 10_000, 1_000
LONGEST = 400

Record = TypeVar("Record")
Place = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY: dict[type, Any] = {
    str: "", int: 0, bool: False, Decimal: Decimal(0), date: date(1970, 1, 1), datetime: _EPOCH,
    time: time.min,
}  # fmt: skip


class Key(NamedTuple):
    """A part of an order: an expression that is never null, and its direction."""

    expression: ColumnElement[Any]
    descending: bool = False

    @property
    def type(self) -> type:
        """What its values are in Python."""
        return _python_type(self.expression)

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after those with ``value``."""
        return self.expression < value if self.descending else self.expression > value

    def not_before(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after those with ``value``, or is one of them."""
        return self.expression <= value if self.descending else self.expression >= value


@dataclass(frozen=True)
class Order:
    """In what order rows stand, and which come after a place."""

    keys: tuple[Key, ...]

    @classmethod
    def by(cls, *expressions: Any, descending: bool = False, unique: Any) -> Order:
        """By ``expressions``, then by the ``unique`` one; what is empty comes last either way."""
        keys: list[Key] = []
        for expression in expressions:
            if _may_be_null(expression):
                keys.append(Key(case((expression.is_(None), 1), else_=0)))
                expression = func.coalesce(expression, _EMPTY[_python_type(expression)])
            keys.append(Key(expression, descending))
        return cls((*keys, Key(unique, descending)))

    @property
    def expressions(self) -> tuple[ColumnElement[Any], ...]:
        return tuple(key.expression for key in self.keys)

    def backwards(self) -> Order:
        """The same order read from its end."""
        return Order(tuple(Key(key.expression, not key.descending) for key in self.keys))

    def sort(self, chosen: Select[Any]) -> Select[Any]:
        """``chosen`` in this order."""
        return chosen.order_by(
            *(key.expression.desc() if key.descending else key.expression for key in self.keys)
        )

    def after(self, place: Place) -> ColumnElement[bool]:
        """The condition that a row comes after ``place``."""
        first, at = self.keys[0], place[0]
        further: ColumnElement[bool] = false()
        for key, value in reversed(list(zip(self.keys, place, strict=True))):
            further = or_(key.beyond(value), and_(key.expression == value, further))
        return and_(first.not_before(at), further)  # the first half lets an index find the place

    def write(self, place: Place) -> str:
        """``place`` as it stands in an address."""
        return ",".join(quote(_written(value), safe="") for value in place)

    def read(self, written: str) -> Place | None:
        """What ``write`` wrote; ``None`` if it is anything else, or of another order."""
        parts = written[:LONGEST].split(",")
        if len(parts) != len(self.keys):
            return None
        try:
            return tuple(
                _read(unquote(part), key) for key, part in zip(self.keys, parts, strict=True)
            )
        except (ValueError, ArithmeticError):
            return None


def _may_be_null(expression: Any) -> bool:
    """Whether it is a column that can be empty, is read from JSON, where it may not be there, or
    asked of other rows, of which there may be none.

    Anything else made in SQL sees to that itself.
    """
    if isinstance(expression, ScalarSelect | Cast):
        return True
    table_column = getattr(getattr(expression, "property", None), "columns", [None])[0]
    return table_column is not None and bool(table_column.nullable)


def _python_type(expression: Any) -> type:
    """What the values of an expression are in Python; our own types tell by what they store."""
    kind = expression.type
    return getattr(kind, "impl_instance", kind).python_type


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return str((value - _EPOCH) // timedelta(microseconds=1))
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _read(written: str, key: Key) -> Any:
    """``written`` as a value of ``key``.

    :raises ValueError: it is not, or it is more than a database takes.
    """
    kind = key.type
    if "\0" in written:
        raise ValueError(written)
    if kind is str or issubclass(kind, StrEnum):
        return kind(written)
    if kind is date or kind is time:
        return kind.fromisoformat(written)
    if kind is Decimal:
        amount = Decimal(written)
        if not amount.is_finite() or abs(amount) >= 10**12:
            raise ValueError(written)
        return amount
    number = int(written)
    if kind is datetime:
        return _EPOCH + timedelta(microseconds=number)
    if abs(number) >= (2**63 if isinstance(key.expression.type, BigInteger) else 2**31):
        raise ValueError(written)
    return number


class Counter(NamedTuple):
    """Counts rows, of more than ``most`` one more than that.

    ``where`` many of them are found soon: if these are enough, the others are not looked for.
    """

    most: int
    where: ColumnElement[bool] | None = None

    def rows_of(self, chosen: Select[Any], unique: Any) -> int:
        """How many rows there are."""
        if self.where is not None:
            found = self._count(chosen.where(self.where), unique)
            if found > self.most:
                return found
        return self._count(chosen, unique)

    def _count(self, chosen: Select[Any], unique: Any) -> int:
        ids = chosen.with_only_columns(unique).order_by(None).limit(self.most + 1)
        return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0


@dataclass(frozen=True)
class Page(Generic[Record]):
    """One page of records, how many there are in all, and where the pages beside it begin."""

    records: Sequence[Record]
    total: int
    previous: str = ""
    next: str = ""
    counted: int = COUNTED

    @classmethod
    def of(
        cls, chosen: Select[Any], order: Order, *, after: str = "", before: str = "",
        options: tuple[Any, ...] = (), counter: Counter | None = None,
    ) -> Page[Any]:  # fmt: skip
        """The page after or before a place, else the first.

        A place that cannot be understood, or beyond which nothing is left, is as if it were not
        there; before a place where less than a page is left comes the first page, whole.
        """
        counter = counter or Counter(COUNTED)
        backwards = bool(before)
        place = order.read(before or after)
        walked = order.backwards() if backwards else order
        rows = _rows(chosen.where(walked.after(place)) if place else chosen, walked, options)
        more = len(rows) > PER_PAGE
        nothing_there = place and (not rows or (backwards and not more))
        if nothing_there or (backwards and not place):
            return cls.of(chosen, order, options=options, counter=counter)
        rows = rows[PER_PAGE - 1 :: -1] if backwards else rows[:PER_PAGE]
        whole = not place and not more
        return cls(
            [row[0] for row in rows],
            len(rows) if whole else counter.rows_of(chosen, order.expressions[-1]),
            previous=order.write(rows[0][1:]) if place else "",
            next=order.write(rows[-1][1:]) if more or backwards else "",
            counted=counter.most,
        )

    @property
    def is_counted(self) -> bool:
        """Whether ``total`` is exact; there are more than so many otherwise."""
        return self.total <= self.counted


def _rows(chosen: Select[Any], order: Order, options: tuple[Any, ...]) -> Sequence[Any]:
    """The first rows, one more than a page has, each with its place.

    Which they are is found out before what they show is read: a database would work out the
    columns of all rows first, to put them in order.
    """
    unique = order.expressions[-1]
    first = order.sort(chosen.with_only_columns(unique)).limit(PER_PAGE + 1).correlate(None)
    (entity,) = (each["entity"] for each in chosen.column_descriptions)
    shown = select(entity).select_from(*chosen.get_final_froms()).where(unique.in_(first))
    query = order.sort(shown.add_columns(*order.expressions).options(*options))
    return db.session.execute(query).all()
