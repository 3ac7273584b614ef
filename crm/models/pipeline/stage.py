"""Stages: how far a deal has come, and what a deal needs to enter or leave one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, SmallInteger, String, select
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from crm.base import Base, Key
from crm.models.bilingual import Bilingual

if TYPE_CHECKING:
    from crm.models.pipeline import Pipeline
    from crm.models.pipeline.checklist import ChecklistItem


class StageRequirement(StrEnum):
    """A field of a deal that a stage can demand; those of the firm's own (``custom_17``) besides.

    ``product`` is there with the text or a line, ``competitor`` with one who is named.
    """

    CUSTOMER = "customer"
    CONTACT = "contact"
    AMOUNT = "amount"
    EXPECTED_CLOSE = "expected_close"
    SOURCE = "source"
    PRODUCT = "product"
    NEXT_STEP = "next_step"
    COMPETITOR = "competitor"


class Stage(Bilingual, Base):
    __tablename__ = "stage"

    id: Mapped[Key]
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"), index=True)
    position: Mapped[int]
    # Chance in percent that a deal in this stage is won.
    probability: Mapped[int] = mapped_column(SmallInteger)
    # Days a deal may stand here before it counts as stuck; 0 switches the warning off.
    days_to_rot: Mapped[int] = mapped_column(default=0)
    colour: Mapped[str] = mapped_column(String(20), default="grey")
    guidance_zh: Mapped[str] = mapped_column(default="")
    guidance_en: Mapped[str] = mapped_column(default="")
    # The fields a deal needs to enter it, and those it needs to leave it forward.
    required: Mapped[list[str]] = mapped_column(default=list)
    required_to_leave: Mapped[list[str]] = mapped_column(default=list)
    # Here a deal stays with its owner: only a manager, with a reason, gives it to somebody else.
    locks_owner: Mapped[bool] = mapped_column(default=False)
    # A stage that deals stood in goes out of use; what was there counts as the other one's.
    retired_at: Mapped[datetime | None]
    retired_into_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))

    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")
    retired_into: Mapped[Stage | None] = relationship(remote_side="Stage.id")
    checklist: Mapped[list[ChecklistItem]] = relationship(
        back_populates="stage", order_by="ChecklistItem.position, ChecklistItem.id"
    )

    @classmethod
    def in_order(cls, pipeline: Pipeline) -> Select[Stage]:
        """The stages of ``pipeline`` that are in use, from first contact on."""
        mine = cls.pipeline_id == pipeline.id, cls.retired_at.is_(None)
        return select(cls).where(*mine).order_by(cls.position)

    @classmethod
    def in_all_use(cls) -> Select[Stage]:
        """The stages in use of every pipeline in use, one after the other."""
        from crm.models.pipeline import Pipeline

        return (
            select(cls)
            .join(cls.pipeline)
            .options(contains_eager(cls.pipeline))
            .where(Pipeline.retired_at.is_(None), cls.retired_at.is_(None))
            .order_by(Pipeline.position, Pipeline.id, cls.position)
        )

    @classmethod
    def where_deals_stand(cls, ids: Iterable[int]) -> Select[Stage]:
        """The stages of the pipelines that the deals with these ids go through."""
        from crm.models.deal import Deal

        theirs = select(Deal.pipeline_id).where(Deal.id.in_(ids))
        return cls.in_all_use().where(cls.pipeline_id.in_(theirs))

    @property
    def in_force(self) -> Stage:
        """Itself, or the stage that it was retired into, however often."""
        return self.retired_into.in_force if self.retired_into else self

    def guidance(self, language: str) -> str:
        """What is the risk in this stage, and how to get to the next."""
        return self.guidance_zh if language == "zh" else self.guidance_en

    def way(self, language: str) -> str:
        """``Pipeline · stage``: what it is called where stages of several pipelines are named."""
        return f"{self.pipeline.label(language)} · {self.label(language)}"
