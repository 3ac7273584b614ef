"""Outcomes: how a deal ended. Won and lost are this row, never the name of a stage."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, stored_by_value

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User


class OutcomeKind(StrEnum):
    WON = "won"
    LOST = "lost"


class Outcome(Base):
    __tablename__ = "outcome"
    __table_args__ = (Index(None, "kind", "at"),)

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), unique=True)
    kind: Mapped[OutcomeKind] = mapped_column(stored_by_value(OutcomeKind))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    competitor: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]

    deal: Mapped[Deal] = relationship(back_populates="outcome")
    reason: Mapped[Option | None] = relationship()
    by: Mapped[User | None] = relationship()

    @property
    def is_won(self) -> bool:
        return self.kind is OutcomeKind.WON
