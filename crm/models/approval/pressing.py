"""What happens to requests because people are away, late or gone: others are asked instead."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from datetime import date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Select

from crm import clock
from crm.extensions import db
from crm.models.access import Role
from crm.models.approval.approvers import Why, ask_administrators, takers_of
from crm.models.approval.assignment import ApprovalAssignment, CameBy, Release
from crm.models.approval.delegation import Delegation
from crm.models.approval.flow import ApproverKind
from crm.models.approval.refusals import NobodyDecides
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.outgoing_mail import MailKind, OutgoingMail
from crm.models.user import User

log = logging.getLogger(__name__)


class Taker(NamedTuple):
    """Who takes a part over, and why they."""

    person: User
    why: Why


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
    """Ask the next above whose part it is, else an administrator; ``None``: nobody is left.

    Nobody is asked twice in a step, so that it goes up and never in a circle.
    """
    request = assignment.request
    request.lock()
    if not assignment.is_open:
        return None
    taker = _taker(assignment, _involved(assignment))
    if taker is None:
        return None
    Event.record(
        Action.APPROVAL_ESCALATED, request, by=None, assignment=assignment.id,
        name=assignment.approver.name, to=taker.person.name,
    )  # fmt: skip
    return _pass_on(assignment, taker, CameBy.ESCALATED)


def hand_on_from(leaver: User) -> None:
    """What ``leaver``, who works here no longer, was to decide goes to ``takers_of`` it, else to an
    administrator; what nobody else can decide stays, and can be taken back by the claimant."""
    _with_each(ApprovalAssignment.left_to(leaver), _hand_on)


def hand_on_for_roles(person: User, lost: Set[Role]) -> None:
    """What ``person`` was to decide by one of the roles ``lost`` is decided by who has it, else as
    if they had left; what nobody else can decide stays, and can be taken back by the claimant."""

    def hand_on(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
        return _hand_on_role(assignment) if _is_by_role(assignment, person, lost) else None

    _with_each(ApprovalAssignment.parts_of(person), hand_on)


def mail_anew(person: User) -> None:
    """What waits for ``person`` is mailed again, to the address that they have now; the links that
    went to another one stop working."""
    for assignment in db.session.scalars(ApprovalAssignment.waiting_for(person)).all():
        assignment.void_tokens()
        OutgoingMail.enqueue(MailKind.APPROVAL_REQUESTED, person, assignment=assignment.id)


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
    never = {request.claimant_id} | _away_who_had(assignment, today)
    stand_in = Delegation.stand_in_for(assignment.approver, today, never=never)
    if stand_in is None or not assignment.is_open:
        return None
    return _pass_on(assignment, Taker(stand_in, assignment.why), CameBy.DELEGATE)


def _away_who_had(assignment: ApprovalAssignment, today: date) -> set[int]:
    """The ids of those who handed this on and are still away: it does not go back to them."""
    had = {each.approver_id for each in assignment.holders} | {assignment.owner.id}
    away = Delegation.in_force(today).with_only_columns(Delegation.user_id)
    return had & set(db.session.scalars(away))


def _pass_on(assignment: ApprovalAssignment, taker: Taker, came_by: CameBy) -> ApprovalAssignment:
    request = assignment.request
    instead = request.replace(assignment, taker.person, came_by=came_by, why=taker.why)
    request.go_on_if_settled(instead)
    return instead


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


def _is_by_role(assignment: ApprovalAssignment, person: User, lost: Set[Role]) -> bool:
    """Whether ``person``, or who is asked while they are away, is so by one of these roles."""
    is_delegated = assignment.came_by is CameBy.DELEGATE
    holder = assignment.owner if is_delegated else assignment.approver
    if assignment.is_added or holder is not person or assignment.came_by is CameBy.ESCALATED:
        return False
    if assignment.why is Why.ADMINISTRATOR:
        return Role.ADMINISTRATOR in lost
    step = assignment.step
    if step is None or step.approver is not ApproverKind.ROLE:
        return False
    return assignment.why is Why.STEP and step.role in lost


def _hand_on_role(assignment: ApprovalAssignment) -> ApprovalAssignment | None:
    request, step = assignment.request, assignment.step
    request.lock()
    if not assignment.is_pending:
        return None
    beside = [each for each in request.pending if each.step is step and not each.is_added]
    if beside == [assignment]:
        return _hand_on(assignment, CameBy.ROLE)
    assignment.end_without_decision(Release.HANDED_ON)  # the others of the step are enough
    request.go_on_if_settled(assignment)
    return None


def _hand_on(
    assignment: ApprovalAssignment, came_by: CameBy = CameBy.LEFT
) -> ApprovalAssignment | None:
    request, leaver = assignment.request, assignment.approver
    request.lock()
    # Where nobody is left but who is in it already, that is enough: nobody else could decide it.
    in_the_end = {request.claimant_id, leaver.id}
    taker = (
        _taker(assignment, _involved(assignment), has_left=True)
        or _taker(assignment, in_the_end, has_left=True)
    )  # fmt: skip
    if taker is None or not assignment.is_pending:
        return None
    if assignment.is_open:
        return _pass_on(assignment, taker, came_by)
    # Their turn comes later, with the mail.
    assignment.give_to(taker.person, came_by)
    assignment.why = taker.why
    return None


def _involved(assignment: ApprovalAssignment) -> set[int]:
    """The ids of those who cannot take it: the claimant, who agreed, who has a part in the step."""
    request = assignment.request
    in_step = {each.approver_id for each in request.assignments if each.step is assignment.step}
    return {request.claimant_id} | request.agreed | in_step


def _taker(
    assignment: ApprovalAssignment, never: set[int], *, has_left: bool = False
) -> Taker | None:
    """Who takes over what ``assignment`` asks, else an administrator.

    Neither they nor who decides for them while they are away is one of ``never``: who agreed to
    another step does not by that agree to this one.
    """
    request, why = assignment.request, assignment.why
    step = None if assignment.is_added else assignment.step
    others = (
        takers_of(assignment.owner, step, request.base_amount, has_left=has_left)
        if why is not Why.ADMINISTRATOR
        else ()
    )
    administrators = ask_administrators(request.claimant)
    takers = chain(
        (Taker(each, why) for each in others),
        (Taker(each, administrators.why) for each in administrators.people),
    )
    free = (
        each
        for each in takers
        if each.person.id not in never and request.who_decides(each.person).id not in never
    )
    return next(free, None)


def _is_over(since: datetime, hours: int | None, now: datetime) -> bool:
    return hours is not None and now - since >= timedelta(hours=hours)
