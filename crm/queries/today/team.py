"""How each rep stands: one row a person, drawn from their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, case, func

from crm import clock
from crm.base import money_sum
from crm.extensions import db
from crm.filters.deals.stagnation import stuck
from crm.models import (
    Activity,
    ClaimState,
    Company,
    Deal,
    ExpenseClaim,
    Outcome,
    OutcomeKind,
    Task,
    User,
)
from crm.queries.people import sellers

DAYS = 7
NOTHING = (0, Decimal(0), 0)


@dataclass(frozen=True)
class Member:
    """What a rep has open, won this month and left lying, and did on each of the last days."""

    user: User
    deals: int
    open: Decimal
    stuck: int
    won: Decimal
    overdue: int
    claims: int
    activities: tuple[int, ...]
    # Open amounts and days of the others, so that rows can be drawn to one scale.
    most_open: Decimal
    most_active: int

    @property
    def share(self) -> int:
        """The open amount in percent of the largest one."""
        return round(100 * self.open / self.most_open) if self.most_open else 0

    @property
    def bars(self) -> list[int]:
        """The days' activities in percent of the busiest day of all."""
        return [round(100 * each / self.most_active) for each in self.activities]


def team_of(user: User) -> Sequence[Member]:
    """Those who sell, as far as ``user`` sees their deals; who has most open comes first."""
    people = db.session.scalars(sellers(user)).all()
    ids = [person.id for person in people]
    deals, won, overdue, claims, active = (
        _open(user, ids), _won(user, ids), _overdue(user, ids), _claims(user, ids),
        _activities(user, ids),
    )  # fmt: skip
    most_open = max((amount for _, amount, _ in deals.values()), default=Decimal(0))
    most_active = max((max(days) for days in active.values()), default=0) or 1
    members = [
        Member(
            person, *deals.get(person.id, NOTHING), won.get(person.id, Decimal(0)),
            overdue.get(person.id, 0), claims.get(person.id, 0),
            active.get(person.id, (0,) * DAYS), most_open, most_active,
        )
        for person in people
    ]  # fmt: skip
    return sorted(members, key=lambda member: member.open, reverse=True)


def _open(user: User, ids: list[int]) -> dict[int, tuple[int, Decimal, int]]:
    """By owner: how many open deals, their sum, how many of them stand still."""
    chosen = Deal.visible_to(user).where(Deal.closed_at.is_(None), Deal.owner_id.in_(ids))
    return _by_person(
        chosen, Deal.owner_id, func.count(), money_sum(Deal.base_amount),
        func.coalesce(func.sum(case((stuck(), 1), else_=0)), 0),
    )  # fmt: skip


def _won(user: User, ids: list[int]) -> dict[int, Decimal]:
    company = Company.current()
    month = clock.start_of(company.today().replace(day=1), company.timezone)
    chosen = Deal.visible_to(user).join(Deal.outcome).where(
        Outcome.kind == OutcomeKind.WON, Outcome.at >= month, Deal.owner_id.in_(ids)
    )  # fmt: skip
    return _only(_by_person(chosen, Deal.owner_id, money_sum(Deal.base_amount)))


def _overdue(user: User, ids: list[int]) -> dict[int, int]:
    late = Task.visible_to(user).where(
        Task.assignee_id.in_(ids), Task.done_at.is_(None), Task.due_on < Company.current().today()
    )
    return _only(_by_person(late, Task.assignee_id, func.count()))


def _claims(user: User, ids: list[int]) -> dict[int, int]:
    waiting = ExpenseClaim.visible_to(user).where(
        ExpenseClaim.state == ClaimState.SUBMITTED, ExpenseClaim.claimant_id.in_(ids)
    )
    return _only(_by_person(waiting, ExpenseClaim.claimant_id, func.count()))


def _activities(user: User, ids: list[int]) -> dict[int, tuple[int, ...]]:
    """By person: how often they were in touch on each of the last days, today last."""
    company = Company.current()
    begins = [
        clock.start_of(company.today() - timedelta(days=back), company.timezone)
        for back in range(DAYS - 1, -2, -1)
    ]
    at = Activity.happened_at
    days = [
        func.sum(case((and_(at >= begin, at < end), 1), else_=0)) for begin, end in pairwise(begins)
    ]
    chosen = Activity.visible_to(user).where(Activity.by_id.in_(ids), at >= begins[0])
    return _by_person(chosen, Activity.by_id, *days)


def _by_person(chosen: Select[Any], person: Any, *columns: Any) -> dict[int, tuple[Any, ...]]:
    rows = db.session.execute(chosen.with_only_columns(person, *columns).group_by(person))
    return {id: tuple(values) for id, *values in rows}


def _only(rows: dict[int, tuple[Any, ...]]) -> dict[int, Any]:
    """Of rows with one value, the value."""
    return {id: value for id, (value,) in rows.items()}
