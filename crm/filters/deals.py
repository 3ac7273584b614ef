"""The filter of the deal list and the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from crm import clock
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.models import Customer, Deal, Outcome, OutcomeKind, Stage, Team, User


class DealStatus(StrEnum):
    """Which deals the list shows."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ALL = "all"


@dataclass(frozen=True)
class DealFilter(ListFilter):
    status: DealStatus = DealStatus.OPEN
    owner: int | None = None
    team: int | None = None
    source: int | None = None
    stage: int | None = None
    customer: int | None = None
    stuck: bool = False

    SORTS: ClassVar[dict[str, tuple[Any, ...]]] = {
        "name": (Deal.name, Deal.id),
        "amount": (func.coalesce(Deal.base_amount, 0), Deal.id),
        "created": (Deal.created_at, Deal.id),
        "expected": (func.coalesce(Deal.expected_close, date.max), Deal.id),
        "stage_since": (Deal.stage_since, Deal.id),
    }
    DEFAULT_SORT: ClassVar[str] = "-created"
    OPTIONS: ClassVar[tuple[Any, ...]] = Deal.for_list()

    def narrow(self, user: User) -> Select[Any]:
        chosen = Deal.visible_to(user).where(*self.conditions())
        if self.status is DealStatus.OPEN:
            return chosen.where(Deal.closed_at.is_(None))
        if self.status is DealStatus.ALL:
            return chosen
        kind = OutcomeKind(self.status.value)
        return chosen.where(Deal.outcome.has(Outcome.kind == kind))

    def conditions(self) -> list[ColumnElement[bool]]:
        """What narrows list and board alike."""
        conditions: list[ColumnElement[bool]] = []
        if self.q:
            conditions.append(
                or_(Deal.matching(self.q), Deal.customer.has(Customer.matching(self.q)))
            )
        if self.owner is not None:
            conditions.append(Deal.owner_id == self.owner)
        if self.team is not None:
            conditions.append(Deal.owner_id.in_(self._members()))
        if self.source is not None:
            conditions.append(Deal.source_id == self.source)
        if self.stage is not None:
            conditions.append(Deal.stage_id == self.stage)
        if self.customer is not None:
            conditions.append(Deal.customer_id == self.customer)
        if self.stuck:
            conditions.append(stuck())
        return conditions

    def _members(self) -> Select[int]:
        path = select(Team.path).where(Team.id == self.team).scalar_subquery()
        return select(User.id).join(Team, User.team_id == Team.id).where(Team.path.startswith(path))


def stuck() -> ColumnElement[bool]:
    """Open, and in its stage for at least the stage's days: the SQL of ``Deal.stagnation``."""
    now = clock.now()
    limits = db.session.execute(
        select(Stage.id, Stage.days_to_rot).where(Stage.days_to_rot > 0)
    ).all()
    return and_(
        Deal.closed_at.is_(None),
        or_(
            false(),  # where no stage has a limit
            *(
                and_(Deal.stage_id == stage_id, Deal.stage_since <= now - timedelta(days=days))
                for stage_id, days in limits
            ),
        ),
    )
