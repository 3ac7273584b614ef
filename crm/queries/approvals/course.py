"""How far a request has come: what who is asked must know of those before and beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from crm.approval_words import who_else, why_asked
from crm.extensions import db
from crm.models import Action, ApprovalAssignment, ApprovalRequest, Event, User
from crm.models.approval import ApprovalComment, ApprovalStep, Decision, Mode


@dataclass(frozen=True)
class Said:
    """A decision, or a comment without one."""

    by: User
    at: datetime
    text: str
    decision: Decision | None = None
    step: ApprovalStep | None = None
    in_place_of: User | None = None


@dataclass(frozen=True)
class Course:
    """Where ``assignment`` stands in its request."""

    # The step, which of how many; the first of one where an administrator decides alone.
    step: ApprovalStep | None
    number: int
    count: int
    # Sentences to the approver, and what was written to them by who added them.
    why: str
    beside: Sequence[str]
    note: str
    # The oldest first: of this request, and of the one before.
    said: Sequence[Said]
    said_before: Sequence[Said]


def course_of(assignment: ApprovalAssignment) -> Course:
    """Read where ``assignment`` stands."""
    request, step = assignment.request, assignment.step
    steps = _steps_of(request)
    adding = _adding(assignment)
    previous = request.previous
    return Course(
        step=step,
        number=steps.index(step) + 1 if step in steps else 1,
        count=max(len(steps), 1),
        why=why_asked(assignment, adding.by if adding else None),
        beside=_beside(assignment),
        note=adding.particulars["comment"] if adding else "",
        said=said_in(request),
        said_before=said_in(previous) if previous else [],
    )


def said_in(request: ApprovalRequest) -> list[Said]:
    """The decisions on ``request`` and the comments on it, the oldest first."""
    decisions = [_decision(each) for each in request.assignments if each.decision]
    return sorted([*decisions, *map(_comment, request.comments)], key=lambda said: said.at)


def _decision(assignment: ApprovalAssignment) -> Said:
    assert assignment.decided_at is not None  # together with the decision
    return Said(
        assignment.approver, assignment.decided_at, assignment.comment or "",
        assignment.decision, assignment.step, assignment.in_place_of,
    )  # fmt: skip


def _comment(comment: ApprovalComment) -> Said:
    return Said(comment.by, comment.at, comment.text)


def _steps_of(request: ApprovalRequest) -> list[ApprovalStep]:
    """The steps that are asked of what was handed in; who agreed before may be spared some."""
    steps = request.version.steps if request.version else []
    return [step for step in steps if step.applies(request.facts)]


def _beside(assignment: ApprovalAssignment) -> list[str]:
    """Who else decides in the same step, those who were added by themselves."""
    mode = assignment.request.mode
    others = [
        each
        for each in assignment.request.pending
        if each is not assignment
        and each.step_id == assignment.step_id
        and (mode is not Mode.IN_TURN or each.turn >= assignment.turn)
    ]
    must = [each for each in others if each.is_added or assignment.is_added]
    told = [
        who_else(mode, [each.approver for each in others if each not in must]),
        who_else(Mode.ALL, [each.approver for each in must]),
    ]
    return [sentence for sentence in told if sentence]


def _adding(assignment: ApprovalAssignment) -> Event | None:
    """The event by which a colleague was added to who decides."""
    if not assignment.is_added:
        return None
    chosen = select(Event).where(
        Event.subject_kind == ApprovalRequest.__tablename__,
        Event.subject_id == assignment.request_id,
        Event.action == Action.APPROVAL_ADDED,
    )
    events = db.session.scalars(chosen)
    return next((e for e in events if e.particulars["assignment"] == assignment.id), None)
