"""Checklists: what is to be done in a stage before a deal leaves it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key
from crm.models.bilingual import Bilingual

if TYPE_CHECKING:
    from crm.models.pipeline.stage import Stage


class ChecklistItem(Bilingual, Base):
    __tablename__ = "checklist_item"
    __table_args__ = (Index(None, "stage_id", "position"),)

    id: Mapped[Key]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    position: Mapped[int]
    # One that was ticked once is demanded no more, and its ticks stay.
    retired_at: Mapped[datetime | None]

    stage: Mapped[Stage] = relationship(back_populates="checklist")
