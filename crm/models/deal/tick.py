"""Ticks: what was done of the checklist of a deal's stages, when, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline.checklist import ChecklistItem
    from crm.models.user import User


class ChecklistTick(Base):
    __tablename__ = "checklist_tick"
    __table_args__ = (UniqueConstraint("deal_id", "item_id"),)

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    deal: Mapped[Deal] = relationship(back_populates="ticks")
    item: Mapped[ChecklistItem] = relationship()
    by: Mapped[User | None] = relationship(lazy="joined")
