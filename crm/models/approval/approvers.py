"""Who decides: from a step and a claimant to people."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Select

from crm.extensions import db
from crm.models.access import Role
from crm.models.approval.conditions import Facts
from crm.models.approval.flow import ApprovalStep, ApproverKind, Mode, OwnRule
from crm.models.team import Team
from crm.models.user import User, UserRole

# Who decides for somebody, while they are away: themselves otherwise.
StandIn = Callable[[User], User]


class Why(StrEnum):
    """Why somebody is asked; how it came to who stands in for them, ``CameBy`` says."""

    STEP = "step"
    # The step would have asked nobody but the claimant.
    ABOVE_CLAIMANT = "above_claimant"
    # Nobody was found.
    ADMINISTRATOR = "administrator"
    ADDED = "added"


class Skip(StrEnum):
    """Why a step asks nobody."""

    CONDITION = "condition"
    CLAIMANT = "claimant"
    DECIDED = "decided"


class Found(NamedTuple):
    """Who decides a step, and why they; or why nobody is asked."""

    people: Sequence[User]
    why: Why = Why.STEP
    skip: Skip | None = None


class Foreseen(NamedTuple):
    """A step of a flow, and who would decide it."""

    step: ApprovalStep | None  # None: no step asked anybody, so an administrator decides
    found: Found


def find_approvers(step: ApprovalStep, claimant: User, amount: Decimal) -> Found:
    """Who decides ``step`` of what ``claimant`` handed in, never the claimant.

    Nobody found at all: the administrators.
    """
    people = list(dict.fromkeys(_named_by(step, claimant, amount)))
    others = [person for person in people if person.id != claimant.id]
    if others:
        return Found(others)
    if people and step.own is OwnRule.SKIP:
        return Found([], skip=Skip.CLAIMANT)
    above = next(superiors_of(claimant), None) if people else None
    return Found([above], Why.ABOVE_CLAIMANT) if above else ask_administrators(claimant)


def ask_administrators(claimant: User) -> Found:
    """The administrators but the claimant: they decide where nobody else can."""
    chosen = _with_role(Role.ADMINISTRATOR).where(User.id != claimant.id)
    return Found(db.session.scalars(chosen).all(), Why.ADMINISTRATOR)


def takers_of(
    owner: User, step: ApprovalStep | None, amount: Decimal, *, has_left: bool
) -> Iterator[User]:
    """Who can take over from ``owner`` what ``step`` asks of them, the nearest first.

    Whom a limit gave the part hands it on only to whose limit reaches as well. They are asked for
    their own authority; a delegate, who stands in for a while, has that of who is away.

    :param step: ``None``: an administrator, or a colleague, wanted them to decide.
    """
    if has_left and step and step.approver is ApproverKind.ROLE:
        yield from _named_by(step, owner, amount)
    for above in superiors_of(owner):
        if not step or step.approver is not ApproverKind.CLIMB or _may_approve(above, amount):
            yield above


def superiors_of(person: User) -> Iterator[User]:
    """The superior, the superior's superior and so on, each once and never the person."""
    seen = {person.id}
    above = person.superior()
    while above is not None and above.id not in seen:
        seen.add(above.id)
        yield above
        above = above.superior()


def foresee(
    steps: Iterable[ApprovalStep], claimant: User, facts: Facts, agreed: Iterable[int] = (), *,
    stand_in: StandIn = lambda person: person,
) -> list[Foreseen]:  # fmt: skip
    """Who would decide what ``claimant`` hands in with these ``facts``, step by step.

    Whoever must have agreed before, because a step needs them all, is not asked again.

    :param agreed: the ids of those who agree in the steps before these.
    :param stand_in: who decides for somebody, while they are away.
    """
    amount = Decimal(str(facts.get("amount") or 0))
    agreed = set(agreed)
    path = []
    for step in steps:
        found = find_still_asked(step, claimant, amount, facts, agreed, stand_in=stand_in)
        deciding = {stand_in(person).id for person in found.people}
        if len(deciding) == 1 or mode_of(step, found) is not Mode.ANY:
            agreed |= deciding
        path.append(Foreseen(step, found))
    if not any(each.found.people for each in path):
        path.append(Foreseen(None, ask_administrators(claimant)))
    return path


def find_still_asked(
    step: ApprovalStep, claimant: User, amount: Decimal, facts: Facts, agreed: Container[int], *,
    stand_in: StandIn,
) -> Found:  # fmt: skip
    """Who decides ``step`` of a document with these ``facts``, after others have agreed.

    :param agreed: the ids of those who did; nobody is asked the same thing twice.
    :param stand_in: who decides for somebody, while they are away.
    """
    if not step.applies(facts):
        return Found([], skip=Skip.CONDITION)
    found = find_approvers(step, claimant, amount)
    before = {person.id for person in found.people if stand_in(person).id in agreed}
    return _without(found, before, step)


def mode_of(step: ApprovalStep | None, found: Found) -> Mode:
    """How many of them must agree: of administrators who stand in, any one."""
    return Mode.ANY if step is None or found.why is Why.ADMINISTRATOR else step.mode


def _without(found: Found, agreed: set[int], step: ApprovalStep) -> Found:
    """``found`` less those who agreed: where any one of them is enough, one who did is."""
    people = [person for person in found.people if person.id not in agreed]
    enough = mode_of(step, found) is Mode.ANY or not people
    if len(people) < len(found.people) and enough:
        return Found([], skip=Skip.DECIDED)
    return found._replace(people=people)


def _named_by(step: ApprovalStep, claimant: User, amount: Decimal) -> Iterable[User]:
    if step.approver is ApproverKind.ROLE:
        return db.session.scalars(_with_role(step.role)) if step.role else ()
    if step.approver is ApproverKind.NAMED:
        return _named(step.user_ids)
    if step.approver is ApproverKind.TEAM_HEAD:
        return _head_of(step, claimant)
    above = list(superiors_of(claimant))
    if step.approver is ApproverKind.CLIMB:
        able = (person for person in above if _may_approve(person, amount))
        return [first] if (first := next(able, None)) else []
    level = step.level if step.approver is ApproverKind.NTH_MANAGER else 1
    return above[level - 1 : level]


def _may_approve(person: User, amount: Decimal) -> bool:
    """Whether their own limit reaches ``amount``; without one, they may approve whatever it is."""
    return person.approval_limit is None or amount <= person.approval_limit


def _head_of(step: ApprovalStep, claimant: User) -> list[User]:
    """The head of the step's team, else of the claimant's, or of one further up."""
    if step.team_id is not None:
        team = db.session.get(Team, step.team_id)
    else:
        team = claimant.team
        for _ in range(step.level - 1):
            team = team.parent if team else None
    head = team.head if team else None
    return [head] if head and head.is_active else []


def _named(ids: Sequence[int]) -> list[User]:
    """Those with these ids who still work here, in this order."""
    found = {user.id: user for user in db.session.scalars(User.active().where(User.id.in_(ids)))}
    return [found[id] for id in ids if id in found]


def _with_role(role: Role | None) -> Select[User]:
    return User.active().join(UserRole).where(UserRole.role == role)
