"""Collaborators: who works on a deal besides its owner, and what share of it is theirs."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class Collaborator(Base):
    __tablename__ = "deal_collaborator"
    __table_args__ = (CheckConstraint("split BETWEEN 0 AND 100", name="split_percent"),)

    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    # Percent of the amount that is theirs; the owner has the rest.
    split: Mapped[int] = mapped_column(SmallInteger, default=0)

    deal: Mapped[Deal] = relationship(back_populates="sharing")
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def part_of(self, amount: Decimal) -> Decimal:
        """Their part of ``amount``, rounded down to the cent."""
        return part_of(amount, self.split)

    @property
    def said(self) -> str:
        """``赵磊 20%``, as histories keep it."""
        return f"{self.user.name} {self.split}%" if self.split else self.user.name


def part_of(amount: Decimal, split: int) -> Decimal:
    """``split`` percent of ``amount``, rounded down to the cent: all parts never exceed it."""
    return (amount * split / 100).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
