"""Lines of a deal: what is to be sold, how much of it, and at what price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, ExactDecimal, Key, Name, amount_of, shortly

if TYPE_CHECKING:
    from crm.models.deal import Deal


class DealLine(Base):
    __tablename__ = "deal_line"
    __table_args__ = (
        Index(None, "deal_id", "position"),
        CheckConstraint("price >= 0", name="price_not_negative"),
    )

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    position: Mapped[int]
    name: Mapped[Name]
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal())
    # For one, in the deal's currency.
    price: Mapped[Decimal]

    deal: Mapped[Deal] = relationship(back_populates="lines")

    @property
    def amount(self) -> Decimal:
        """Quantity × price in the deal's currency."""
        return amount_of(self.quantity, self.price)

    @property
    def said(self) -> str:
        """``Magnetic pump: 20 × 9,300.00``, as histories keep it."""
        return f"{self.name}: {shortly(self.quantity)} × {self.price:,.2f}"
