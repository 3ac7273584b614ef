"""The public pool (公海): customers without an owner, and the rules of their return to it.

The pool is off until the company sets how many customers a person may own. A customer nobody has
been in touch with for its grade's days goes back to the pool, after a warning; not one with an open
deal. Who lost a customer so cannot claim it again for a while.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.option import Option
    from crm.models.user import User

WARNED_BEFORE = timedelta(days=7)


class PoolRefused(Exception):
    """A customer cannot be claimed; ``reason`` is a word the pages explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PoolRule(Base):
    """After how many days without contact customers of a grade go back to the pool."""

    __tablename__ = "pool_rule"

    id: Mapped[Key]
    # None: customers without a grade.
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"), unique=True)
    days: Mapped[int]

    grade: Mapped[Option | None] = relationship()


class PoolWarning(Base):
    """An owner was told that a customer goes back to the pool unless they get in touch."""

    __tablename__ = "pool_warning"
    __table_args__ = (Index(None, "customer_id", "at"), Index(None, "owner_id", "at"))

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    returns_on: Mapped[date] = mapped_column(Date)

    customer: Mapped[Customer] = relationship()
    owner: Mapped[User] = relationship()


class Pooled:
    """The part of a customer that can be in the pool."""

    if TYPE_CHECKING:
        owner: Mapped[User | None]

    def claim(self: Customer, *, by: User) -> None:
        """Take the customer out of the pool; claiming one's own customer changes nothing.

        :raises PoolRefused: the pool is ``off``, somebody else has ``taken`` it, the person owns as
            many as the ``limit`` allows, or lost it and is still ``resting``.
        """
        company = Company.current()
        if self.owner_id == by.id:
            return
        if company.pool_limit is None:
            raise PoolRefused("off")
        if self.owner_id is not None:
            raise PoolRefused("taken")
        if _owned_by(by) >= company.pool_limit:
            raise PoolRefused("limit")
        if _lost_lately(self, by, timedelta(days=company.pool_rest_days)):
            raise PoolRefused("resting")
        self.owner = by
        Event.record(Action.CUSTOMER_CLAIMED, self, by=by, name=self.name)

    def release(self: Customer, *, by: User | None, silent_days: int | None = None) -> None:
        """Give the customer to the pool; one that is in it already stays.

        :param silent_days: by rule, after so many days without contact; ``None``: by a person.
        """
        if self.owner is None:
            return
        owner, self.owner = self.owner, None
        Event.record(
            Action.CUSTOMER_RELEASED, self, by=by, owner=owner.name, silent_days=silent_days
        )


def _owned_by(user: User) -> int:
    from crm.models.customer import Customer

    owned = Customer.owner_id == user.id, Customer.trashed_at.is_(None)
    return db.session.scalar(select(func.count(Customer.id)).where(*owned)) or 0


def _lost_lately(customer: Customer, user: User, rest: timedelta) -> bool:
    from crm.models.ownership import Ownership

    lost = select(Ownership.id).where(
        Ownership.customer_id == customer.id,
        Ownership.owner_id == user.id,
        Ownership.ended_at > clock.now() - rest,
    )
    return db.session.scalar(lost.limit(1)) is not None
