"""Why somebody is asked, who else is, and what became of it, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from crm.formatting import moment
from crm.models import ApprovalAssignment, User
from crm.models.approval import ApprovalStep, ApproverKind, CameBy, Mode, TokenState, Why
from crm.wording import person_word, word_for


def why_asked(assignment: ApprovalAssignment, added_by: User | None = None) -> str:
    """One sentence to the approver: why they, and in whose place.

    :param added_by: who wanted them to agree as well, if they were added.
    """
    claimant = person_word(assignment.request.claimant)
    came = _how_it_came(assignment)
    match assignment.why:
        case Why.ADMINISTRATOR:
            alone = _("Nobody else was found, and you are an administrator.")
            return _("%(first)s %(second)s", first=came, second=alone) if came else alone
        case _ if came:
            return came
        case Why.ADDED if added_by:
            return _("%(name)s wants you to agree as well.", name=person_word(added_by))
        case Why.ABOVE_CLAIMANT:
            return _("You are the superior of %(name)s, who may not decide here.", name=claimant)
    return _why_of(assignment.step, claimant)


def _how_it_came(assignment: ApprovalAssignment) -> str:
    """In whose place they decide, and why; nothing to say of who was asked at first."""
    if assignment.came_by is None or assignment.taken_from is None:
        return ""
    before = person_word(assignment.taken_from)
    match assignment.came_by:
        case CameBy.DELEGATE:
            return _("You decide for %(name)s, who is away.", name=before)
        case CameBy.ESCALATED:
            return _("%(name)s has not decided in time.", name=before)
        case CameBy.ROLE:
            return _("%(name)s does not have the role any more: you decide instead.", name=before)
    return _("%(name)s has left: you decide instead.", name=before)


def who_else(mode: Mode, people: Sequence[User]) -> str:
    """How ``people`` decide beside the reader; nothing if there are none."""
    if not people:
        return ""
    names = _(", ").join(person_word(person) for person in people)
    match mode:
        case Mode.ANY:
            return _("Asked as well, and one of you is enough: %(names)s.", names=names)
        case Mode.IN_TURN:
            return _("After you: %(names)s.", names=names)
    return _("Must agree as well: %(names)s.", names=names)


def what_became_of(assignment: ApprovalAssignment, state: TokenState) -> str:
    """Why its link does not decide any more, to who was asked: what happened, by whom and when."""
    request = assignment.request
    match state:
        case TokenState.SETTLED if decided := assignment.settled_by:
            return _said_of(decided, assignment)
        case TokenState.HANDED_ON if instead := assignment.instead:
            return _("%(name)s decides instead of you since %(at)s.", **_since(instead))
        case TokenState.ESCALATED if instead := assignment.instead:
            return _("It waited for too long: %(name)s decides since %(at)s.", **_since(instead))
        case TokenState.WITHDRAWN:
            return _(
                "%(name)s took it back to correct it on %(at)s. When it is handed in again, you"
                " get a new mail.",
                name=person_word(request.claimant), at=moment(request.closed_at),
            )  # fmt: skip
        case TokenState.CHANGED:
            return _("It has changed since this mail. A newer mail has the link that works.")
        case TokenState.REPLACED:
            return _("It went to another mail address. A newer mail has the link that works.")
        case TokenState.EXPIRED:
            return _("Links work for 72 hours. Sign in to decide.")
    return _("You are not asked any more: somebody else has decided, or decides now.")


def _since(instead: ApprovalAssignment) -> dict[str, str]:
    return {"name": person_word(instead.approver), "at": moment(instead.created_at)}


def _said_of(decided: ApprovalAssignment, assignment: ApprovalAssignment) -> str:
    told = {"decision": word_for(decided.decision).lower(), "at": moment(decided.decided_at)}
    if decided.approver_id == assignment.approver_id:
        return _("Already %(decision)s by you at %(at)s.", **told)
    return _("Already %(decision)s by %(name)s at %(at)s.",
             name=person_word(decided.approver), **told)  # fmt: skip


def _why_of(step: ApprovalStep | None, claimant: str) -> str:
    match step.approver if step else ApproverKind.MANAGER:
        case ApproverKind.NTH_MANAGER:
            return _("You are above the superior of %(name)s.", name=claimant)
        case ApproverKind.TEAM_HEAD:
            return _("You lead the team that the flow names.")
        case ApproverKind.ROLE:
            return _("You have the role %(role)s.", role=word_for(step.role if step else None))
        case ApproverKind.NAMED:
            return _("The flow names you.")
        case ApproverKind.CLIMB:
            return _("You are the first above %(name)s who may approve this much.", name=claimant)
    return _("You are the superior of %(name)s.", name=claimant)
