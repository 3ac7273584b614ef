"""Approval flows as their pages show them, and who would decide a document by what is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crm.extensions import db
from crm.flow_words import Difference, differences, lines_of
from crm.models import User
from crm.models.approval import ApprovalFlow, ApprovalStep, FlowVersion, Why
from crm.models.approval.approvers import Foreseen, foresee, mode_of
from crm.models.approval.conditions import all_hold
from crm.queries.approvals.deciders import Decider, deciders, stand_in_for


class Stop(NamedTuple):
    """A step, and who would decide it."""

    foreseen: Foreseen
    deciders: Sequence[Decider]

    @property
    def mode(self) -> Any:
        """How many of them must agree; nothing to say of one alone."""
        step, found = self.foreseen
        return mode_of(step, found) if len(self.deciders) > 1 else None

    @property
    def is_unreached(self) -> bool:
        """Whether the step names nobody for this claimant, so that administrators stand in."""
        return self.foreseen.step is not None and self.foreseen.found.why is Why.ADMINISTRATOR


class Preview(NamedTuple):
    """What would become of a document that is handed in now."""

    claimant: User
    document: Any
    is_taken: bool
    # Another flow that takes it, where this one does not.
    other: ApprovalFlow | None
    stops: Sequence[Stop]


class Told(NamedTuple):
    """A version, and what it changed of the one before it."""

    version: FlowVersion
    changes: Sequence[Difference]


def flows_by_kind(kinds: Sequence[str]) -> dict[str, Sequence[ApprovalFlow]]:
    """The flows of each kind of documents, as they are tried."""
    return {kind: db.session.scalars(ApprovalFlow.all_of(kind)).all() for kind in kinds}


def versions_of(flow: ApprovalFlow) -> list[Told]:
    """The versions of ``flow``, the newest first."""
    lines = [lines_of(each.conditions, each.steps) for each in flow.versions]
    before = [None, *lines[:-1]]
    told = [
        Told(version, [] if old is None else differences(old, new))
        for version, old, new in zip(flow.versions, before, lines, strict=True)
    ]
    return told[::-1]


def preview(
    flow: ApprovalFlow | None, kind: str, conditions: Sequence[Mapping[str, Any]],
    steps: Sequence[ApprovalStep], document: Any,
) -> Preview:  # fmt: skip
    """Who would decide ``document`` if ``flow`` were of these conditions and steps.

    :param flow: the flow that is changed; ``None``: a new one, tried after the others.
    """
    facts, claimant = document.facts(), document.claimant
    takes = all_hold(conditions, facts)
    first = next(_taking(flow, kind, takes, facts), None)
    is_taken = first is flow
    stand_in = stand_in_for(claimant)
    stops = [
        Stop(each, deciders(each.found.people, stand_in))
        for each in foresee(steps, claimant, facts, stand_in=stand_in)
    ]
    return Preview(claimant, document, is_taken, None if is_taken else first, stops)


def _taking(
    flow: ApprovalFlow | None, kind: str, takes: bool, facts: Mapping[str, Any]
) -> Iterator[ApprovalFlow | None]:
    """The flows that would take it, as they are tried."""
    for each in db.session.scalars(ApprovalFlow.in_order(kind)):
        if each.is_fallback and flow is None and takes:
            yield None
        if takes if each is flow else each.current.takes(facts):
            yield each
