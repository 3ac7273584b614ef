"""Pipelines and their stages: the way of a sale, as the firm defines it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from crm.base import Base, Key
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.models.option import InUse
from crm.models.pipeline.checklist import ChecklistItem
from crm.models.pipeline.stage import Stage, StageRequirement

if TYPE_CHECKING:
    from crm.models.user import User

__all__ = ["ChecklistItem", "Pipeline", "Stage", "StagePlan", "StageRequirement"]


class StagePlan(NamedTuple):
    """What a stage is to be; without ``stage``, a new one."""

    label_zh: str
    label_en: str
    probability: int
    days_to_rot: int
    colour: str
    required: Sequence[str] = ()
    guidance_zh: str = ""
    guidance_en: str = ""
    stage: Stage | None = None


class Pipeline(Bilingual, Base):
    __tablename__ = "pipeline"

    id: Mapped[Key]
    position: Mapped[int] = mapped_column(default=0)
    # Out of use: no deal enters it, and those that ended in it stay in the figures.
    retired_at: Mapped[datetime | None]

    # Those in use; a stage that was retired is found by the stays of its deals.
    stages: Mapped[list[Stage]] = relationship(
        back_populates="pipeline", order_by="Stage.position",
        primaryjoin="and_(Pipeline.id == Stage.pipeline_id, Stage.retired_at.is_(None))",
    )  # fmt: skip

    @classmethod
    def main(cls, *, lock: bool = False) -> Pipeline:
        """The pipeline that new deals enter, with its stages.

        :param lock: read anew and held until the transaction ends: for those who arrange it.
        """
        chosen = cls.active().limit(1)
        if lock:
            chosen = chosen.with_for_update().execution_options(populate_existing=True)
            chosen = chosen.options(selectinload(cls.stages))
        return db.session.scalars(chosen).one()

    @classmethod
    def active(cls) -> Select[Pipeline]:
        """Those that deals enter, the main one first."""
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.position, cls.id)

    @classmethod
    def wanted(cls, pipeline_id: int | None) -> Pipeline:
        """The pipeline in use with this id, else the main one."""
        chosen = cls.active().where(cls.id == pipeline_id).limit(1)
        found = None if pipeline_id is None else db.session.scalars(chosen).first()
        return found or cls.main()

    @property
    def was_arranged(self) -> bool:
        """Whether somebody has chosen or changed its stages: they are the firm's own."""
        return db.session.scalars(self.changes().limit(1)).first() is not None

    def changes(self) -> Select[Event]:
        """The events that changed its stages, newest first."""
        return Event.about(self.__tablename__, self.id).where(Event.action == Action.STAGES_CHANGED)

    @property
    def is_in_use(self) -> bool:
        """Whether a deal stands, or ever stood, in one of its stages."""
        return bool(self.ids_in_use())

    def ids_in_use(self) -> set[int]:
        """The ids of the stages in which a deal stands, or ever stood."""
        from crm.models.deal import Deal
        from crm.models.stage_stay import StageStay

        ids = select(Stage.id).where(Stage.pipeline_id == self.id)
        return {
            stage_id
            for column in (Deal.stage_id, StageStay.stage_id)
            for stage_id in db.session.scalars(select(column).where(column.in_(ids)).distinct())
        }

    def arrange(self, plans: Sequence[StagePlan], *, by: User) -> None:
        """Make the stages what ``plans`` say, in their order; those not among them go.

        :raises InUse: a deal stands, or ever stood, in a stage that would go.
        """
        # No deal enters a stage meanwhile that is about to go.
        db.session.execute(select(Stage.id).where(Stage.pipeline_id == self.id).with_for_update())
        before, in_use = _written(self.stages), self.ids_in_use()
        kept = {plan.stage.id for plan in plans if plan.stage}
        gone = [stage for stage in self.stages if stage.id not in kept]
        if needed := [stage for stage in gone if stage.id in in_use]:
            raise InUse(needed[0])
        for stage in gone:
            db.session.delete(stage)
        self.stages = [_planned(plan, position) for position, plan in enumerate(plans)]
        # Chosen as they were is a choice, too: the first visit asks for one.
        if _written(self.stages) != before or not self.was_arranged:
            changes = {"stages": [before, _written(self.stages)]}
            Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)


def _planned(plan: StagePlan, position: int) -> Stage:
    stage = plan.stage or Stage(
        required=list(plan.required), guidance_zh=plan.guidance_zh, guidance_en=plan.guidance_en
    )
    stage.label_zh, stage.label_en = plan.label_zh, plan.label_en
    stage.probability, stage.days_to_rot = plan.probability, plan.days_to_rot
    stage.colour, stage.position = plan.colour, position
    return stage


def _written(stages: Sequence[Stage]) -> str:
    """The stages as the history keeps them: a line in Chinese, a line in English."""
    return "\n".join(
        " → ".join(
            f"{stage.label(language)} {stage.probability}% · {stage.days_to_rot} d"
            for stage in stages
        )
        for language in ("zh", "en")
    )
