"""Pipelines and their stages: the way of a sale, as the firm defines it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flask import has_app_context
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.models.option import InUse
from crm.models.pipeline.checklist import ChecklistItem, ChecklistPlan
from crm.models.pipeline.retiring import hold_deals, hold_stages, hold_with_deals, move_all
from crm.models.pipeline.stage import Stage, StagePlan, StageRequirement
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.models.user import User

__all__ = [
    "ChecklistItem",
    "ChecklistPlan",
    "OnlyPipeline",
    "Pipeline",
    "Stage",
    "StagePlan",
    "StageRequirement",
]


class OnlyPipeline(Exception):
    """The only pipeline in use stays: new deals have to enter one."""


class DealsStand(Exception):
    """Open deals stand in the pipeline: they have to go on in another one."""


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
    def main(cls) -> Pipeline:
        """The pipeline that new deals enter, with its stages."""
        return db.session.scalars(cls.active().limit(1)).one()

    @classmethod
    def hold(cls) -> None:
        """Whoever else arranges pipelines or stages waits until the transaction ends.

        To be asked for before any of them is read; deals go on meanwhile.
        """
        db.session.execute(select(cls.id).order_by(cls.id).with_for_update(key_share=True))

    @classmethod
    def active(cls) -> Select[Pipeline]:
        """Those that deals enter, the main one first."""
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.position, cls.id)

    @classmethod
    def visible_to(cls, _user: User) -> Select[Pipeline]:
        """Every one, those out of use too: they are seen with their deals."""
        return select(cls)

    @classmethod
    def wanted(cls, pipeline_id: int | None) -> Pipeline:
        """The pipeline in use with this id, else the main one."""
        chosen = cls.active().where(cls.id == pipeline_id).limit(1)
        found = None if pipeline_id is None else db.session.scalars(chosen).first()
        return found or cls.main()

    @classmethod
    def all_of_them(cls) -> Select[Pipeline]:
        """Every pipeline with its stages: those in use first, the main one at their head."""
        in_order = cls.retired_at.is_not(None), cls.position, cls.id
        return select(cls).order_by(*in_order).options(selectinload(cls.stages))

    @classmethod
    def are_several(cls) -> bool:
        """Whether there is more than one to choose from, asked of the database once a request."""
        if not has_app_context():
            return False
        return once_a_request("several pipelines", lambda: len(_active_ids()) > 1)

    @classmethod
    def begin(cls, pipeline: Pipeline, *, by: User) -> Pipeline:
        """Let deals have one more way, with its stages, after those there are."""
        last = db.session.scalar(select(func.max(cls.position)))
        pipeline.position = 0 if last is None else last + 1
        db.session.add(pipeline)
        changes = {"label": ["", pipeline.both], "stages": ["", _written(pipeline.stages)]}
        Event.record(Action.STAGES_CHANGED, pipeline, by=by, changes=changes)
        return pipeline

    @property
    def was_arranged(self) -> bool:
        """Whether somebody has chosen or changed its stages: they are the firm's own."""
        return db.session.scalars(self.changes().limit(1)).first() is not None

    def changes(self) -> Select[Event]:
        """The events that changed it or its stages, newest first."""
        changed = Action.STAGES_CHANGED, Action.STAGE_RETIRED
        return Event.about(self.__tablename__, self.id).where(Event.action.in_(changed))

    def retired_stages(self) -> Sequence[Stage]:
        """Those out of use, with what they went into; the latest first."""
        mine = Stage.pipeline_id == self.id, Stage.retired_at.is_not(None)
        into = selectinload(Stage.retired_into)
        retired = select(Stage).where(*mine).options(into).order_by(Stage.retired_at.desc())
        return db.session.scalars(retired).all()

    def ids_in_use(self) -> set[int]:
        """The ids of the stages that a deal, its history or a retired stage refers to."""
        from crm.models.deal import Deal
        from crm.models.expectation import Expectation
        from crm.models.stage_stay import StageStay

        into = aliased(Stage)
        columns = StageStay.stage_id, Deal.stage_id, Expectation.stage_id, into.retired_into_id
        used = or_(*(select(column).where(column == Stage.id).exists() for column in columns))
        return set(db.session.scalars(select(Stage.id).where(Stage.pipeline_id == self.id, used)))

    def rename(self, label_zh: str, label_en: str, *, by: User) -> None:
        """Call it something else; what happened on its way keeps the old name."""
        before = self.both
        self.label_zh, self.label_en = label_zh, label_en
        if self.both != before:
            changes = {"label": [before, self.both]}
            Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)

    def arrange(self, plans: Sequence[StagePlan], *, by: User) -> None:
        """Make the stages what ``plans`` say, in their order; those not among them go.

        :raises InUse: a deal stands, or ever stood, in a stage that would go.
        """
        hold_deals([plan.stage.id for plan in plans
                    if plan.stage and plan.stage.probability != plan.probability])  # fmt: skip
        # No deal enters a stage meanwhile that is about to go.
        hold_stages([stage.id for stage in self.stages])
        before, colours = _written(self.stages), _colours(self.stages)
        chances = {stage.id: stage.probability for stage in self.stages}
        kept = {plan.stage.id for plan in plans if plan.stage}
        gone = [stage for stage in self.stages if stage.id not in kept]
        in_use = self.ids_in_use() if gone else set()
        if needed := [stage for stage in gone if stage.id in in_use]:
            raise InUse(needed[0])
        for stage in gone:
            db.session.delete(stage)
        self.stages = [plan.made(position) for position, plan in enumerate(plans)]
        _renew_promises([
            stage.id for stage in self.stages
            if stage.id in chances and stage.probability != chances[stage.id]
        ])  # fmt: skip
        # Chosen as they were is a choice, too: the first visit asks for one.
        after = {"stages": [before, _written(self.stages)],
                 "colours": [colours, _colours(self.stages)]}  # fmt: skip
        changes = {name: both for name, both in after.items() if both[0] != both[1]}
        if changes or not self.was_arranged:
            changes = changes or {"stages": after["stages"]}
            Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)

    def bring_back(self, stage: Stage, *, by: User) -> None:
        """Let ``stage``, which was retired, be the last one; its deals stay where they went."""
        before = _written(self.stages)
        stage.retired_at = stage.retired_into = None
        stage.position = 1 + max((each.position for each in self.stages), default=-1)
        db.session.flush()  # the stages in use are read anew
        db.session.refresh(self, ["stages"])
        changes = {"stages": [before, _written(self.stages)]}
        Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)

    def move(self, step: int, *, by: User) -> None:
        """Let it change places with the one ``step`` before or after it; the first is the main."""
        pipelines = list(db.session.scalars(Pipeline.active()))
        before = _in_a_row(pipelines)
        place = pipelines.index(self) if self in pipelines else -1
        if place >= 0 and 0 <= place + step < len(pipelines):
            pipelines.insert(place + step, pipelines.pop(place))
        for position, pipeline in enumerate(pipelines):
            pipeline.position = position
        if (after := _in_a_row(pipelines)) != before:
            changes = {"pipelines": [before, after]}
            Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)

    def retire(self, into: Stage | None, *, by: User) -> int:
        """Go out of use: its open deals go on in ``into``, of another pipeline; how many there are.

        Its stages and what ended in them stay as they are, in figures too.

        :raises OnlyPipeline: new deals would have none to enter.
        :raises DealsStand: there are open deals, and no ``into``.
        :raises ValueError: ``into`` is not of another pipeline in use.
        """
        if self.retired_at is not None:
            return 0
        if not set(_active_ids()) - {self.id}:
            raise OnlyPipeline
        if into and (into.retired_at or into.pipeline_id == self.id or into.pipeline.retired_at):
            raise ValueError(f"the deals of {self} cannot go into {into}")
        stages = db.session.scalars(select(Stage).where(Stage.pipeline_id == self.id)).all()
        hold_with_deals([stage.id for stage in stages])
        if into is None and self._has_open_deals():
            raise DealsStand
        now = clock.now()
        count = sum(move_all(stage, into, now, by=by) for stage in stages) if into else 0
        self.retired_at = now
        self._note_use("True", "False", by)
        return count

    def put_back(self, *, by: User) -> None:
        """Let deals enter it again, as the last one."""
        if self.retired_at is None:
            return
        self.retired_at = None
        last = db.session.scalar(select(func.max(Pipeline.position)))
        self.position = 1 + (last or 0)
        self._note_use("False", "True", by)

    def _has_open_deals(self) -> bool:
        from crm.models.deal import Deal

        stands = Deal.pipeline_id == self.id, Deal.closed_at.is_(None)
        return db.session.scalar(select(Deal.id).where(*stands).limit(1)) is not None

    def _note_use(self, before: str, after: str, by: User) -> None:
        changes = {"pipeline": ["", self.both], "offered": [before, after]}
        Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)


def _active_ids() -> Sequence[int]:
    return db.session.scalars(Pipeline.active().with_only_columns(Pipeline.id)).all()


def _renew_promises(stage_ids: Sequence[int]) -> None:
    """The open deals there promise another chance from now on, but those with one of their own."""
    from crm.models.deal import Deal
    from crm.models.expectation import Expectation

    if stage_ids:
        db.session.flush()  # what they promise is read from the stages
        Expectation.renew(and_(Deal.stage_id.in_(stage_ids), Deal.probability.is_(None)))


def _in_a_row(pipelines: Sequence[Pipeline]) -> str:
    """Their names in their order, a line in Chinese, a line in English."""
    return "\n".join(
        " → ".join(pipeline.label(language) for pipeline in pipelines) for language in ("zh", "en")
    )


def _colours(stages: Sequence[Stage]) -> str:
    return ", ".join(stage.colour for stage in stages)


def _written(stages: Sequence[Stage]) -> str:
    """The stages as the history keeps them: a line in Chinese, a line in English."""
    return "\n".join(
        " → ".join(
            f"{stage.label(language)} {stage.probability}% · {stage.days_to_rot} d"
            for stage in stages
        )
        for language in ("zh", "en")
    )
