"""Checklists: what is to be done in a stage before a deal leaves it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key
from crm.models.bilingual import Bilingual

if TYPE_CHECKING:
    from crm.models.pipeline import Pipeline
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

    @classmethod
    def in_use(cls, pipeline: Pipeline) -> Select[ChecklistItem]:
        """What the lists of the stages of ``pipeline`` have now."""
        from crm.models.pipeline.stage import Stage

        mine = Stage.pipeline_id == pipeline.id, cls.retired_at.is_(None)
        return select(cls).join(cls.stage).where(*mine).order_by(Stage.position, cls.position)
