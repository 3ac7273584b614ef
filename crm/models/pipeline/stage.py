"""Stages: how far a deal has come, and what a deal needs to enter or leave one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ForeignKey, Select, SmallInteger, String, and_, or_, select
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.models.pipeline.checklist import ChecklistItem, ChecklistPlan, written_items
from crm.models.pipeline.retiring import hold_with_deals, move_all

if TYPE_CHECKING:
    from crm.models.pipeline import Pipeline
    from crm.models.user import User


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

    def made(self, position: int) -> Stage:
        """The stage made what it is to be."""
        stage = self.stage or Stage(
            required=list(self.required), guidance_zh=self.guidance_zh,
            guidance_en=self.guidance_en,
        )  # fmt: skip
        stage.label_zh, stage.label_en = self.label_zh, self.label_en
        stage.probability, stage.days_to_rot = self.probability, self.days_to_rot
        stage.colour, stage.position = self.colour, position
        return stage


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
    # Those out of use too: their ticks are history.
    checklist: Mapped[list[ChecklistItem]] = relationship(
        back_populates="stage", order_by="ChecklistItem.position, ChecklistItem.id",
        cascade="all, delete-orphan",
    )  # fmt: skip

    @classmethod
    def in_order(cls, pipeline: Pipeline) -> Select[Stage]:
        """The stages of ``pipeline`` that are in use, from first contact on."""
        mine = cls.pipeline_id == pipeline.id, cls.retired_at.is_(None)
        return select(cls).where(*mine).order_by(cls.position)

    @classmethod
    def visible_to(cls, _user: User) -> Select[Stage]:
        """Every one, those out of use too: they are seen with their deals."""
        return select(cls)

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

    @property
    def to_tick(self) -> list[ChecklistItem]:
        """What its checklist demands now."""
        return [item for item in self.checklist if item.retired_at is None]

    def guidance(self, language: str) -> str:
        """What is the risk in this stage, and how to get to the next."""
        return self.guidance_zh if language == "zh" else self.guidance_en

    def way(self, language: str) -> str:
        """``Pipeline · stage``: what it is called where stages of several pipelines are named."""
        return f"{self.pipeline.label(language)} · {self.label(language)}"

    def changes(self) -> Select[Event]:
        """The events that changed it, alone or with the others of its pipeline, newest first."""
        alone = and_(Event.subject_kind == self.__tablename__, Event.subject_id == self.id)
        together = and_(Event.subject_kind == "pipeline", Event.subject_id == self.pipeline_id)
        changed = Event.newest_first().where(Event.action == Action.STAGES_CHANGED)
        return changed.where(or_(alone, together))

    def arrange_checklist(self, plans: Sequence[ChecklistPlan]) -> None:
        """Demand what ``plans`` say, in their order.

        What is not among them is demanded no more, and goes if no deal ever ticked it.
        """
        kept = {plan.item.id for plan in plans if plan.item}
        ticked = ChecklistItem.ids_ticked(self.id)
        for item in [item for item in self.to_tick if item.id not in kept]:
            if item.id in ticked:
                item.retire()
            else:
                self.checklist.remove(item)
        for position, plan in enumerate(plans):
            item = plan.item or ChecklistItem()
            if plan.item is None:
                self.checklist.append(item)
            item.label_zh, item.label_en = plan.label_zh, plan.label_en
            item.position = position

    def retire(self, into: Stage, *, by: User) -> int:
        """Go out of use: its open deals stand in ``into`` from now on; how many there are.

        What happened here stays as it was, and counts as ``into``'s in figures.

        :raises ValueError: ``into`` is itself, out of use, or of another pipeline.
        """
        if self.retired_at is not None:
            return 0
        if into is self or into.retired_at is not None or into.pipeline_id != self.pipeline_id:
            raise ValueError(f"{self} cannot go into {into}")
        hold_with_deals([self.id])
        now = clock.now()
        count = move_all(self, into, now, by=by)
        self.retired_at, self.retired_into = now, into
        db.session.flush()  # the stages in use are read anew
        db.session.expire(self.pipeline, ["stages"])
        Event.record(
            Action.STAGE_RETIRED, self.pipeline, by=by, at=now, stage=self.id, count=count,
            from_zh=self.label_zh, from_en=self.label_en, to_zh=into.label_zh, to_en=into.label_en,
        )  # fmt: skip
        return count

    def said(self) -> dict[str, str]:
        """What its page sets, as histories keep it."""
        return {
            "days_to_rot": str(self.days_to_rot),
            "guidance_zh": self.guidance_zh,
            "guidance_en": self.guidance_en,
            "demanded_to_enter": ", ".join(self.required),
            "demanded_to_leave": ", ".join(self.required_to_leave),
            "checklist": written_items(self.to_tick),
            "locks_owner": str(self.locks_owner),
        }

    def note_changes(self, before: dict[str, str], *, by: User) -> None:
        """Record what is another than ``before``, if anything is."""
        now = self.said()
        changed = {name: [before[name], now[name]] for name in now if before[name] != now[name]}
        if changed:
            changes = {"stage": ["", self.both]} | changed
            Event.record(Action.STAGES_CHANGED, self, by=by, changes=changes)

    def plan(self) -> StagePlan:
        """What the rows of its pipeline say of it."""
        return StagePlan(
            self.label_zh, self.label_en, self.probability, self.days_to_rot, self.colour,
            stage=self,
        )  # fmt: skip

    def copied(self, position: int) -> Stage:
        """A new stage that asks the same of its deals, for another pipeline."""
        names = ("label_zh", "label_en", "probability", "days_to_rot", "colour", "guidance_zh",
                 "guidance_en", "locks_owner")  # fmt: skip
        items = [
            ChecklistItem(label_zh=item.label_zh, label_en=item.label_en, position=place)
            for place, item in enumerate(self.to_tick)
        ]
        return Stage(
            **{name: getattr(self, name) for name in names}, position=position, checklist=items,
            required=list(self.required), required_to_leave=list(self.required_to_leave),
        )  # fmt: skip
