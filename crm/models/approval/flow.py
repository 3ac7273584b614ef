"""Approval flows: which documents need whose approval, in which steps. The firm defines them.

A change of a flow is a new version of it: what is under way keeps the version it began with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Select, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Key, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Role
from crm.models.approval.conditions import Facts, all_hold
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.models.user import User

_IS_FALLBACK = text("is_fallback")


class ApproverKind(StrEnum):
    """How a step finds who decides."""

    MANAGER = "manager"
    NTH_MANAGER = "nth_manager"
    TEAM_HEAD = "team_head"
    ROLE = "role"
    NAMED = "named"
    # Up the claimant's superiors to the first whose own limit reaches the amount.
    CLIMB = "climb"


class Mode(StrEnum):
    """How many of those who are found must agree."""

    ANY = "any"
    ALL = "all"
    IN_TURN = "in_turn"


class OwnRule(StrEnum):
    """What happens when the step would ask nobody but the claimant."""

    UP = "up"
    SKIP = "skip"


class CannotRetire(Exception):
    """The flow for everything that no other takes stays."""


class ApprovalFlow(Bilingual, Versioned, Timestamped, Base):
    __tablename__ = "approval_flow"
    __table_args__ = (
        Index("uq_approval_flow_fallback", "kind", unique=True,
              sqlite_where=_IS_FALLBACK, postgresql_where=_IS_FALLBACK),
        CheckConstraint("NOT is_fallback OR retired_at IS NULL", name="fallback_stays"),
    )  # fmt: skip

    id: Mapped[Key]
    # The kind of documents, a key of ``DOCUMENTS``.
    kind: Mapped[str] = mapped_column(String(40))
    # Of the flows of a kind, the first whose conditions hold is taken; the fallback is the last.
    position: Mapped[int]
    is_fallback: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]

    versions: Mapped[list[FlowVersion]] = relationship(
        back_populates="flow", order_by="FlowVersion.number", cascade="all, delete-orphan"
    )

    @classmethod
    def in_order(cls, kind: str) -> Select[ApprovalFlow]:
        """The flows in use for documents of ``kind``, as they are tried."""
        return (
            select(cls)
            .where(cls.kind == kind, cls.retired_at.is_(None))
            .order_by(cls.is_fallback, cls.position, cls.id)
            .options(selectinload(cls.versions).selectinload(FlowVersion.steps))
        )

    @classmethod
    def visible_to(cls, _user: User) -> Select[ApprovalFlow]:
        """Every one: trails name them."""
        return select(cls)

    @classmethod
    def all_of(cls, kind: str) -> Select[ApprovalFlow]:
        """Those of ``kind``, as they are tried; those out of use at the end."""
        in_order = cls.retired_at.is_not(None), cls.is_fallback, cls.position, cls.id
        loaded = selectinload(cls.versions).selectinload(FlowVersion.steps)
        return select(cls).where(cls.kind == kind).order_by(*in_order).options(loaded)

    @classmethod
    def hold(cls) -> None:
        """Whoever else arranges flows waits until the transaction ends; documents go on."""
        db.session.execute(select(cls.id).order_by(cls.id).with_for_update(key_share=True))

    @classmethod
    def begin(cls, kind: str, label_zh: str, label_en: str) -> ApprovalFlow:
        """One more flow for documents of ``kind``, tried after the others; it needs a version."""
        last = db.session.scalar(select(func.max(cls.position)).where(cls.kind == kind))
        flow = cls(
            kind=kind, label_zh=label_zh, label_en=label_en, position=(last or 0) + 1,
            is_fallback=False,
        )  # fmt: skip
        db.session.add(flow)
        return flow

    @classmethod
    def version_for(cls, kind: str, facts: Facts) -> FlowVersion | None:
        """What a document with these ``facts`` goes by; ``None`` where the firm has no flow."""
        flows = db.session.scalars(cls.in_order(kind))
        return next((flow.current for flow in flows if flow.current.takes(facts)), None)

    @property
    def current(self) -> FlowVersion:
        """The newest version: what documents that are handed in now go by."""
        return self.versions[-1]

    def revise(
        self, steps: Sequence[ApprovalStep], conditions: Sequence[dict[str, Any]] = (), *,
        by: User | None,
    ) -> FlowVersion:  # fmt: skip
        """Make a new version of these steps, in this order.

        :raises ValueError: the fallback takes everything, or there is no step.
        """
        if not steps:
            raise ValueError("a flow has steps")
        if self.is_fallback and conditions:
            raise ValueError("the fallback takes everything")
        for position, step in enumerate(steps, start=1):
            step.position = position
        version = FlowVersion(
            number=len(self.versions) + 1, at=clock.now(), by=by,
            conditions=list(conditions), steps=list(steps),
        )  # fmt: skip
        self.versions.append(version)
        self.touch()
        if by is not None:
            db.session.add(self)
            db.session.flush()  # the event names a new flow by its id
            Event.record(
                Action.FLOW_REVISED, self, by=by, name_zh=self.label_zh, name_en=self.label_en,
                version=version.number,
            )  # fmt: skip
        return version

    def rename(self, label_zh: str, label_en: str, *, by: User) -> None:
        """Call it so from now on; the same again changes nothing."""
        before, self.label_zh, self.label_en = self.both, label_zh, label_en
        if self.both != before:
            self._record(Action.FLOW_CHANGED, by, changes={"label": [before, self.both]})

    def move(self, step: int, *, by: User) -> None:
        """Let it change places with the one tried ``step`` before or after it, if there is one."""
        flows = [each for each in db.session.scalars(self.in_order(self.kind)) if each.is_movable]
        place = flows.index(self) if self in flows else -1
        if place < 0 or not 0 <= place + step < len(flows):
            return
        before = _in_a_row(flows)
        flows.insert(place + step, flows.pop(place))
        for position, flow in enumerate(flows, start=1):
            flow.position = position
        self._record(Action.FLOW_CHANGED, by, changes={"flows": [before, _in_a_row(flows)]})

    @property
    def is_movable(self) -> bool:
        """Whether it has a place among others: the fallback is always the last."""
        return not self.is_fallback and self.retired_at is None

    def retire(self, *, by: User) -> None:
        """Take out of use; what is under way goes on by it.

        :raises CannotRetire: it is the one for everything that no other takes.
        """
        if self.is_fallback:
            raise CannotRetire
        if self.retired_at is None:
            self.retired_at = clock.now()
            self._record(Action.FLOW_RETIRED, by)

    def restore(self, *, by: User) -> None:
        """Take into use again."""
        if self.retired_at is not None:
            self.retired_at = None
            self._record(Action.FLOW_RESTORED, by)

    def _record(self, action: Action, by: User, **particulars: Any) -> None:
        particulars |= {"name_zh": self.label_zh, "name_en": self.label_en}
        Event.record(action, self, by=by, **particulars)


class FlowVersion(Base):
    __tablename__ = "flow_version"
    __table_args__ = (Index(None, "flow_id", "number", unique=True),)

    id: Mapped[Key]
    flow_id: Mapped[int] = mapped_column(ForeignKey("approval_flow.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    flow: Mapped[ApprovalFlow] = relationship(back_populates="versions")
    by: Mapped[User | None] = relationship()
    steps: Mapped[list[ApprovalStep]] = relationship(
        back_populates="version", order_by="ApprovalStep.position", cascade="all, delete-orphan"
    )

    def takes(self, facts: Facts) -> bool:
        """Whether documents with these ``facts`` go by it."""
        return all_hold(self.conditions, facts)


class ApprovalStep(Bilingual, Base):
    __tablename__ = "approval_step"
    __table_args__ = (
        Index(None, "version_id", "position", unique=True),
        CheckConstraint("level >= 1", name="level_positive"),
    )

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("flow_version.id"))
    position: Mapped[int]
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    approver: Mapped[ApproverKind] = mapped_column(stored_by_value(ApproverKind))
    # Which superior up the line, 1 being the claimant's own; of a team, how far above it.
    level: Mapped[int] = mapped_column(default=1)
    # The team whose head decides; None: the claimant's.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    role: Mapped[Role | None] = mapped_column(stored_by_value(Role))
    # The users who decide, by their ids, in the order in which they are asked.
    user_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    mode: Mapped[Mode] = mapped_column(stored_by_value(Mode), default=Mode.ANY)
    own: Mapped[OwnRule] = mapped_column(stored_by_value(OwnRule), default=OwnRule.UP)
    # After so many hours without a decision; None: never by itself.
    remind_hours: Mapped[int | None]
    escalate_hours: Mapped[int | None]

    version: Mapped[FlowVersion] = relationship(back_populates="steps")

    def applies(self, facts: Facts) -> bool:
        """Whether it is asked of documents with these ``facts``."""
        return all_hold(self.conditions, facts)


def _in_a_row(flows: Sequence[ApprovalFlow]) -> str:
    """Their names in their order, in both languages."""
    names = [[flow.label(language) for flow in flows] for language in ("zh", "en")]
    return "\n".join(" → ".join(each) for each in names)


def plant_fallback(kind: str, zh: str, en: str) -> ApprovalFlow:
    """The flow that a new installation begins with: the claimant's superior decides."""
    flow = ApprovalFlow(kind=kind, label_zh=zh, label_en=en, position=0, is_fallback=True)
    step = ApprovalStep(
        label_zh="上级审批", label_en="Superior", approver=ApproverKind.MANAGER, level=1,
        mode=Mode.ANY, own=OwnRule.UP, conditions=[], user_ids=[], remind_hours=24,
    )  # fmt: skip
    flow.revise([step], by=None)
    db.session.add(flow)
    return flow
