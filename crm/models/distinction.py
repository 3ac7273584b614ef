"""Distinctions: customers that look alike, and of which somebody said that they are two firms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.customer import Customer
from crm.models.user import User


class Distinction(Base):
    """Two customers; the smaller id stands first."""

    __tablename__ = "distinction"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[Key]
    first_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def draw(cls, customers: Iterable[Customer], *, by: User) -> None:
        """Each of ``customers`` is another firm than the others; twice is as once."""
        pairs = set(_pairs(customers))
        known = db.session.execute(
            select(cls.first_id, cls.second_id).where(_is_one_of(pairs))
        ).all()
        for first_id, second_id in sorted(pairs - {tuple(pair) for pair in known}):
            db.session.add(cls(first_id=first_id, second_id=second_id, by_id=by.id))

    @classmethod
    def erase(cls, customers: Iterable[Customer]) -> None:
        """Nothing was said of ``customers``: they may be found to be alike again."""
        db.session.execute(delete(cls).where(_is_one_of(set(_pairs(customers)))))


def _pairs(customers: Iterable[Customer]) -> Iterator[tuple[int, int]]:
    yield from combinations(sorted({customer.id for customer in customers}), 2)


def _is_one_of(pairs: set[tuple[int, int]]):  # type: ignore[no-untyped-def]  # a condition
    return tuple_(Distinction.first_id, Distinction.second_id).in_(sorted(pairs))
