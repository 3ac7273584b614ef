"""Ownerships: who looked after a customer, from when to when.

They are written in the same flush as the customer's owner, whatever changed it: a form, a claim
from the pool, an import, a handover.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    Select,
    delete,
    event,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Mapper, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.beside import write_beside
from crm.models.customer import Customer

if TYPE_CHECKING:
    from crm.models.user import User


class Ownership(Base):
    __tablename__ = "ownership"
    __table_args__ = (
        Index(None, "customer_id", "began_at"),
        Index(None, "owner_id", "ended_at"),
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship()

    @classmethod
    def of(cls, customer: Customer) -> Select[Ownership]:
        """Everybody who looked after ``customer``, the latest first."""
        return (
            select(cls)
            .where(cls.customer_id == customer.id)
            .options(joinedload(cls.owner))
            .order_by(cls.began_at.desc(), cls.id.desc())
        )

    def go_on(self) -> None:
        """It has never ended: what began after it is as if it had not been."""
        later = delete(Ownership).where(
            Ownership.customer_id == self.customer_id, Ownership.began_at >= self.ended_at
        )
        db.session.execute(later.where(Ownership.id > self.id))
        self.ended_at = None


@event.listens_for(Customer, "after_insert")
def _begin(_mapper: Mapper[Any], _connection: Connection, customer: Customer) -> None:
    if customer.owner_id is not None:
        begun = {
            "customer_id": customer.id, "owner_id": customer.owner_id, "began_at": clock.now(),
        }  # fmt: skip
        write_beside(customer, Ownership, [begun])


@event.listens_for(Customer, "after_update")
def _follow(mapper: Mapper[Any], connection: Connection, customer: Customer) -> None:
    if not inspect(customer).attrs.owner_id.history.has_changes():
        return
    connection.execute(
        update(Ownership)
        .where(Ownership.customer_id == customer.id, Ownership.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    _begin(mapper, connection, customer)
