"""What happens to requests because people are away, late or gone: others are asked instead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select

from crm import clock
from crm.extensions import db
from crm.models.approval.approvers import Why, ask_administrators, superiors_of
from crm.models.approval.assignment import ApprovalAssignment
from crm.models.approval.delegation import Delegation
from crm.models.approval.refusals import NobodyDecides
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest

log = logging.getLogger(__name__)


def hand_over_absences() -> None:
    """Every day: what waits for somebody who is away goes to who decides for them."""
    today = Company.current().today()
    for delegation in db.session.scalars(Delegation.in_force(today)):
        hand_over_of(delegation.user)


def hand_over_of(person: User) -> list[ApprovalAssignment]:
    """Give what waits for ``person`` to who decides for them today; what was given is returned."""
    return _with_each(ApprovalAssignment.waiting_for(person), _hand_over)


def press_on() -> None:
    """Remind and escalate what waits for too long, by each step's hours; by the worker."""
    _with_each(ApprovalAssignment.open(), _press)


def escalate(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
    """Ask the approver's superior instead, else an administrator; ``None`` where nobody is left."""
    request = assignment.request
    request.lock()
    if not assignment.is_open:
        return None
    never = {request.claimant_id, assignment.approver_id}
    never |= request.agreed | {each.approver_id for each in request.asked}
    person = _above(assignment.approver, request, never)
    if person is None:
        return None
    Event.record(
        Action.APPROVAL_ESCALATED, request, by=None, assignment=assignment.id,
        name=assignment.approver.name, to=person.name,
    )  # fmt: skip
    instead = request.replace(assignment, person, why=Why.ESCALATED)
    request.go_on_if_settled()
    return instead


def hand_on_from(leaver: User) -> None:
    """What ``leaver``, who works here no longer, was to decide goes to their superior, else to an
    administrator; what nobody else can decide stays, and can be taken back by the claimant."""
    _with_each(ApprovalAssignment.left_to(leaver), _hand_on)


def _with_each(
    chosen: Select[ApprovalAssignment],
    deed: Callable[[ApprovalAssignment], ApprovalAssignment | None],
) -> list[ApprovalAssignment]:
    """Do it with each by itself; where that leads to a step that nobody decides, it stays.

    :returns: what others were given.
    """
    given = []
    for assignment in db.session.scalars(chosen).all():
        try:
            with db.session.begin_nested():
                given.append(deed(assignment))
        except NobodyDecides:
            log.warning("approval request %s: nobody decides its next step", assignment.request_id)
    return [each for each in given if each is not None]


def _hand_over(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
    request, today = assignment.request, Company.current().today()
    request.lock()
    never = {request.claimant_id}
    stand_in = Delegation.stand_in_for(assignment.approver, today, never=never)
    if stand_in is None or not assignment.is_open:
        return None
    given = request.replace(assignment, stand_in, why=Why.DELEGATE)
    request.go_on_if_settled()
    return given


def _press(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
    step, asked_at, now = assignment.step, assignment.asked_at, clock.now()
    if step is None or asked_at is None:
        return None
    if _is_over(asked_at, step.escalate_hours, now):
        return escalate(assignment)
    if assignment.reminded_at is None and _is_over(asked_at, step.remind_hours, now):
        assignment.request.lock()
        if assignment.is_open:
            assignment.request.remind_of(assignment, by=None)
    return None


def _hand_on(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
    request, leaver = assignment.request, assignment.approver
    request.lock()
    never = {request.claimant_id, leaver.id}
    others = never | request.agreed | {each.approver_id for each in request.asked}
    # Where nobody is left but who agreed before, that is enough: nobody else could decide it.
    person = _above(leaver, request, others) or _above(leaver, request, never)
    if person is None or not assignment.is_pending:
        return None
    if assignment.is_open:
        given = request.replace(assignment, person, why=Why.LEFT)
        request.go_on_if_settled()
        return given
    # Their turn comes later, with the mail.
    assignment.in_place_of = assignment.in_place_of or leaver
    assignment.approver, assignment.why = person, Why.LEFT
    return None


def _above(person: User, request: ApprovalRequest, never: set[int]) -> User | None:
    """The first above ``person`` who may decide, else an administrator.

    Neither they nor who decides for them while they are away is one of ``never``: who agreed to
    another step does not by that agree to this one.
    """
    above = [*superiors_of(person), *ask_administrators(request.claimant).people]
    return next(
        (
            each
            for each in above
            if each.id not in never and request.who_decides(each).id not in never
        ),
        None,
    )


def _is_over(since: datetime, hours: int | None, now: datetime) -> bool:
    return hours is not None and now - since >= timedelta(hours=hours)
