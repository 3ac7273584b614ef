"""The way of a claim in short, as it stands on its paper: from handing in to payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy.orm import joinedload, selectinload

from crm.extensions import db
from crm.formatting import label, moment
from crm.models import ApprovalAssignment, ApprovalRequest, ExpenseClaim
from crm.models.approval import Closure, Why
from crm.wording import person_word, word_for


class Step(NamedTuple):
    """One thing that happened, in the reader's language."""

    at: datetime
    what: str
    who: str
    when: str
    comment: str = ""
    part: str = ""  # in which step of its flow, and why they where that does not say it


def trail_of(claim: ExpenseClaim) -> list[Step]:
    """What happened whenever it was handed in, and its payment, in order."""
    requests = db.session.scalars(
        ApprovalRequest.of(claim.KIND, claim.id)
        .order_by(None)
        .order_by(ApprovalRequest.id)
        .options(
            joinedload(ApprovalRequest.claimant),
            selectinload(ApprovalRequest.assignments).options(
                joinedload(ApprovalAssignment.approver),
                joinedload(ApprovalAssignment.in_place_of),
                joinedload(ApprovalAssignment.step),
            ),
        )
    )
    steps = [step for request in requests for step in _steps_of(request)]
    steps.sort(key=lambda step: step.at)  # what happened in one moment stays as it came
    if (paid := claim.payment) is not None:
        said = " · ".join(filter(None, (paid.number, paid.reference)))
        steps.append(_step(paid.created_at, word_for(claim.told_state), person_word(paid.by), said))
    return steps


def _steps_of(request: ApprovalRequest) -> Iterator[Step]:
    claimant = person_word(request.claimant)
    yield _step(request.created_at, pgettext("trail", "Handed in"), claimant)
    for each in request.assignments:
        if each.asked_at:
            yield _asked(each)
    for each in request.assignments:
        if each.decided_at:
            yield _decided(each)
    if request.closure is Closure.WITHDRAWN and request.closed_at:
        yield _step(request.closed_at, _("Withdrawn"), claimant)


def _asked(assignment: ApprovalAssignment) -> Step:
    assert assignment.asked_at
    asked = _step(assignment.asked_at, _("Asked"), person_word(assignment.approver))
    return asked._replace(part=_part(assignment))


def _part(assignment: ApprovalAssignment) -> str:
    """In which step, for what unusual reason, and in whose place somebody decides."""
    step = label(assignment.step) if assignment.step else ""
    why = "" if assignment.why is Why.STEP else word_for(assignment.why)
    instead = assignment.in_place_of
    place = _("in the place of %(name)s", name=person_word(instead)) if instead else ""
    return " · ".join(filter(None, (step, why, place)))


def _decided(assignment: ApprovalAssignment) -> Step:
    by_link = _("by the link in the mail") if assignment.by_link else None
    assert assignment.decided_at
    return Step(
        assignment.decided_at, word_for(assignment.decision), person_word(assignment.approver),
        " · ".join(filter(None, (moment(assignment.decided_at), by_link))),
        assignment.comment or "", _part(assignment),
    )  # fmt: skip


def _step(at: datetime, what: str, who: str, comment: str = "") -> Step:
    return Step(at, what, who, moment(at), comment)
