"""What was won against the quotas, and what is still to come: of each person, team, the company.

A deal counts for its owner and for those who share it, each with their share; a team has what its
people have who belong to it now. Definitions: docs/metrics.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, select, type_coerce

from crm.base import Money, cents_of, money_sum
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.models import Collaborator, Company, Deal, Team, User
from crm.models.deal.collaborator import part_of
from crm.models.quota import Holder, key_of
from crm.queries.quotas import Plans

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Attainment:
    """Of one holder, in the base currency; ``quota`` is ``None`` where none is set.

    ``weighted`` is what is expected by the end of the days of what is still open.
    """

    holder: Holder
    quota: Decimal | None
    won: Decimal
    weighted: Decimal
    deals: int  # how many were won, by their owners

    @property
    def percent(self) -> Decimal | None:
        """Won ÷ quota; of no quota, and of one of 0, there is none."""
        return self.won * HUNDRED / self.quota if self.quota else None

    @property
    def gap(self) -> Decimal | None:
        """What is still to be won; 0 once the quota is reached."""
        return None if self.quota is None else max(self.quota - self.won, Decimal(0))

    @property
    def over(self) -> Decimal | None:
        """What was won beyond the quota."""
        return None if self.quota is None else max(self.won - self.quota, Decimal(0))

    @property
    def coverage(self) -> Decimal | None:
        """How much of the gap the open deals cover: weighted ÷ gap; none without a gap."""
        return self.weighted * HUNDRED / self.gap if self.gap else None


class Attainments:
    """The attainments of some days, of the deals that ``user`` sees."""

    def __init__(self, days: Days, user: User) -> None:
        self.days, self.user = days, user
        self.plans = Plans(days.first, days.last)
        won = won_deals(days).narrow(user)
        self._won = _shared(won, Deal.base_amount)
        counted = won.with_only_columns(Deal.owner_id, func.count()).group_by(Deal.owner_id)
        self._deals: dict[int, int] = dict(db.session.execute(counted).all())
        to_come = open_deals(days)
        self._told = {key_of(row.holder) for row in self.plans.rows(user)}
        self._weighted: dict[int, Decimal] = {}
        if to_come is not None:
            deals = to_come.narrow(user).join(Deal.stage)
            shared = _shared(deals, Deal.base_amount * Deal.chance)
            self._weighted = {id: amount / 100 for id, amount in shared.items()}

    def of(self, holder: Holder) -> Attainment:
        """That of ``holder``."""
        people = list(self._people_of(holder))
        # Whoever shares a deal with a colleague does not know what that one is to win.
        quota = self.plans.amount(holder) if key_of(holder) in self._told else None
        return Attainment(
            holder, quota, _sum(self._won, people),
            _sum(self._weighted, people), sum(self._deals.get(id, 0) for id in people),
        )  # fmt: skip

    @property
    def people(self) -> list[User]:
        """Those with a quota to see or something won: leavers among them."""
        told = {id for kind, id in self._told if kind is User}
        wanted = told | self._won.keys() | self._weighted.keys()
        chosen = User.with_rights().where(User.id.in_(wanted))
        return list(db.session.scalars(chosen.order_by(User.sort_name, User.id)).unique())

    def _people_of(self, holder: Holder) -> Iterable[int]:
        if isinstance(holder, User):
            return [holder.id]
        ids = self._won.keys() | self._weighted.keys()
        if isinstance(holder, Company):
            return ids
        return [id for id in ids if self._paths.get(id, "").startswith(holder.path)]

    @cached_property
    def _paths(self) -> dict[int, str]:
        """By id of whoever belongs to a team, where that stands."""
        ids = self._won.keys() | self._weighted.keys()
        chosen = select(User.id, Team.path).join(Team, Team.id == User.team_id)
        return dict(db.session.execute(chosen.where(User.id.in_(ids))).all())


def won_deals(days: Days) -> DealFilter:
    """The list of what was won in the days."""
    return DealFilter(status=DealStatus.WON, closed=days)


def open_deals(days: Days) -> DealFilter | None:
    """The list of what is expected by the end of the days; ``None`` where they are over."""
    last: date | None = days.last
    if last is not None and last < Company.current().today():
        return None
    return DealFilter(expected=Days.between(None, last)) if last else DealFilter()


def _shared(deals: Select[Any], amount: Any) -> dict[int, Decimal]:
    """By person what is theirs of ``amount``: owners have what those who share a deal do not.

    The shares of a deal add up to it to the cent, as ``Deal.share_of`` has it.
    """
    theirs: dict[int, Decimal] = defaultdict(Decimal)
    by_owner = deals.with_only_columns(Deal.owner_id, money_sum(amount)).group_by(Deal.owner_id)
    theirs.update(db.session.execute(by_owner).all())
    split = deals.join(Deal.sharing).where(Collaborator.split > 0, Deal.base_amount.is_not(None))
    rows = split.with_only_columns(
        Deal.owner_id, Collaborator.user_id, Collaborator.split, type_coerce(amount, Money)
    )
    for owner_id, user_id, percent, whole in db.session.execute(rows):
        share = part_of(whole, percent)
        theirs[owner_id] -= share
        theirs[user_id] += share
    return theirs


def _sum(of: dict[int, Decimal], people: Iterable[int]) -> Decimal:
    return cents_of(sum((of.get(id, Decimal(0)) for id in people), Decimal(0)))
