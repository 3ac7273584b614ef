"""Checklists: what is to be done in a stage before a deal leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.bilingual import Bilingual

if TYPE_CHECKING:
    from crm.models.pipeline import Pipeline
    from crm.models.pipeline.stage import Stage


class ChecklistPlan(NamedTuple):
    """What an item is to be called; without ``item``, a new one."""

    label_zh: str
    label_en: str
    item: ChecklistItem | None = None


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

    @classmethod
    def ids_ticked(cls, stage_id: int) -> set[int]:
        """The ids of the items of a stage that some deal has a tick at."""
        from crm.models.deal.tick import ChecklistTick

        ticked = select(ChecklistTick.id).where(ChecklistTick.item_id == cls.id)
        return set(
            db.session.scalars(select(cls.id).where(cls.stage_id == stage_id, ticked.exists()))
        )

    def retire(self) -> None:
        """Demand it no more; what was ticked stays."""
        self.retired_at = clock.now()


def written_items(items: Iterable[ChecklistItem]) -> str:
    """The items as the history keeps them: a line in Chinese, a line in English."""
    items = list(items)
    lines = ("; ".join(item.label(language) for item in items) for language in ("zh", "en"))
    return "\n".join(lines) if items else ""
