"""The way of a document through its flow: what was decided, who decides now, who would next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalFlow,
    ApprovalRequest,
    ApprovalStep,
    Event,
)
from crm.models.approval import Closure, Mode, Skip
from crm.models.approval.approvers import Foreseen, foresee
from crm.queries.approvals.deciders import Decider, StandIn, deciders, stand_in_for


class Stand(StrEnum):
    """How far a document has come with a step."""

    DONE = "done"
    NOW = "now"
    SKIPPED = "skipped"
    TO_COME = "to_come"
    # The way ended before, or while it was asked and nobody had decided.
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Station:
    """A step on the way: who decided or decides it, or who would."""

    step: ApprovalStep | None  # None: no step asks anybody, so an administrator decides
    stand: Stand
    parts: Sequence[ApprovalAssignment] = field(default_factory=list)
    deciders: Sequence[Decider] = field(default_factory=list)
    skip: Skip | None = None


def way_of(request: ApprovalRequest) -> list[Station]:
    """The steps of ``request``: done, now, and to come with who would decide them."""
    steps = request.version.steps if request.version else []
    skipped = _skipped(request, steps)
    ahead = _ahead(request, steps)
    way = [_station(request, step, skipped.get(step.id), ahead.get(step.id)) for step in steps]
    without_step = [each for each in request.assignments if each.step_id is None]
    return [*way, _asked(request, None, without_step)] if without_step else way


def way_ahead(document: Any) -> list[Station]:
    """Who would decide ``document`` if it were handed in now, as it is."""
    facts, stand_in = document.facts(), stand_in_for(document.claimant)
    version = ApprovalFlow.version_for(document.KIND, facts)
    steps = version.steps if version else []
    path = foresee(steps, document.claimant, facts, stand_in=stand_in)
    return [_foreseen(each, stand_in) for each in path]


def trail_of(request: ApprovalRequest) -> Sequence[Event]:
    """What happened to the requests of one document, in order, with who did it."""
    of_document = ApprovalRequest.of(request.document_kind, request.document_id)
    return db.session.scalars(
        select(Event)
        .where(
            Event.subject_kind == ApprovalRequest.__tablename__,
            Event.subject_id.in_(of_document.with_only_columns(ApprovalRequest.id)),
        )
        .options(joinedload(Event.by))
        .order_by(Event.at, Event.id)
    ).all()


def _ahead(request: ApprovalRequest, steps: Sequence[ApprovalStep]) -> dict[int, Station]:
    """What is foreseen of the steps after the one it stands at, by their ids."""
    if not request.is_open or request.step is None:
        return {}
    stand_in = stand_in_for(request.claimant)
    later = [step for step in steps if step.position > request.step.position]
    sure = _must_agree(request, stand_in)
    path = foresee(later, request.claimant, request.facts, request.agreed | sure, stand_in=stand_in)
    return {each.step.id: _foreseen(each, stand_in) for each in path if each.step is not None}


def _must_agree(request: ApprovalRequest, stand_in: StandIn) -> set[int]:
    """The ids of those without whom the step that it stands at does not end.

    Whoever was asked already stands in where somebody is away.
    """
    pending = request.pending
    by_step = [each for each in pending if not each.is_added]
    if request.mode is Mode.ANY and len(by_step) > 1:
        pending = [each for each in pending if each.is_added]
    return {(each.approver if each.asked_at else stand_in(each.approver)).id for each in pending}


def _station(
    request: ApprovalRequest, step: ApprovalStep, skip: Skip | None, ahead: Station | None
) -> Station:
    parts = [each for each in request.assignments if each.step_id == step.id]
    if parts:
        return _asked(request, step, parts)
    if skip:
        return Station(step, Stand.SKIPPED, skip=skip)
    return ahead or Station(step, Stand.LEFT_OUT)


def _asked(
    request: ApprovalRequest, step: ApprovalStep | None, parts: Sequence[ApprovalAssignment]
) -> Station:
    is_now = request.is_open and any(each.is_pending for each in parts)
    shown = [each for each in parts if each.decision or (is_now and each.is_pending)]
    if request.closure is Closure.WITHDRAWN and request.step is step and not shown:
        return Station(step, Stand.LEFT_OUT)
    return Station(step, Stand.NOW if is_now else Stand.DONE, shown)


def _foreseen(each: Foreseen, stand_in: StandIn) -> Station:
    if each.found.skip:
        return Station(each.step, Stand.SKIPPED, skip=each.found.skip)
    return Station(each.step, Stand.TO_COME, deciders=deciders(each.found.people, stand_in))


def _skipped(request: ApprovalRequest, steps: Sequence[ApprovalStep]) -> dict[int, Skip]:
    """Why steps were skipped, by their ids; the trail says it.

    What was skipped before the trail named the step by its id is told by its name.
    """
    events = db.session.scalars(
        Event.about(ApprovalRequest.__tablename__, request.id).where(
            Event.action == Action.APPROVAL_SKIPPED
        )
    )
    skipped = {}
    for told in (event.particulars for event in events):
        named = (told["step_zh"], told["step_en"])
        for step in steps:
            is_meant = (step.label_zh, step.label_en) == named
            if told["step"] == step.id if "step" in told else is_meant:
                skipped[step.id] = Skip(told["why"])
    return skipped
