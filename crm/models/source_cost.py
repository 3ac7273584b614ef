"""Costs of sources: what an exhibition, a campaign or a portal cost in a month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Versioned

if TYPE_CHECKING:
    from crm.models.option import Option


class SourceCost(Versioned, Base):
    __tablename__ = "source_cost"
    __table_args__ = (
        UniqueConstraint("source_id", "month"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    # The first day of the month.
    month: Mapped[date] = mapped_column(Date)
    # In the base currency.
    amount: Mapped[Decimal]
    note: Mapped[str | None]

    source: Mapped[Option] = relationship()
