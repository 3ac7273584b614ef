"""Who would really be asked: the people whom a step names, or who stands in for them today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crm.models import User
from crm.models.approval import Delegation
from crm.models.approval.approvers import StandIn


class Decider(NamedTuple):
    """One who would decide; ``instead`` of whom, where that one is away today."""

    person: User
    instead: User | None


def stand_in_for(claimant: User) -> StandIn:
    """Who decides today for somebody what ``claimant`` hands in: they, unless they are away."""
    return lambda person: Delegation.deciding_for(person, claimant.id)


def deciders(people: Iterable[User], stand_in: StandIn) -> list[Decider]:
    """Each once, though several may be stood in for by one."""
    found: dict[int, Decider] = {}
    for person in people:
        decides = stand_in(person)
        found.setdefault(decides.id, Decider(decides, None if decides is person else person))
    return list(found.values())
