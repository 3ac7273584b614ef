"""The forecast: what is open by the days on which it is expected, and the quota beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, func

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.filters.facets import ids_of
from crm.models import Deal, Noun, Scope, Stage, Team, Term, User
from crm.models.access import reaches
from crm.models.company import Company
from crm.models.quota import Holder
from crm.queries.quotas import Plan


class Sums(NamedTuple):
    """How many deals, for how much in the base currency, and Σ amount × chance in percent."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    at_chance: Decimal = Decimal(0)

    @property
    def weighted(self) -> Decimal:
        """Σ amount × chance, rounded once."""
        return cents_of(self.at_chance / 100)


def sums(deals: Select[Any], by: Any) -> dict[Any, Sums]:
    """What is summed of ``deals`` for each value of ``by``."""
    key = by.label("key")
    chance = func.coalesce(Deal.probability, Stage.probability)
    rows = db.session.execute(
        deals.join(Stage, Stage.id == Deal.stage_id)
        .with_only_columns(
            key, func.count(), money_sum(Deal.base_amount), money_sum(Deal.base_amount * chance)
        )
        .group_by(key)
    )
    return {value: Sums(*found) for value, *found in rows}


class Quotas:
    """The quotas beside a forecast: of one person, one team, or all that its reader sees.

    Of what is narrowed otherwise, as by source, nobody has a quota.
    """

    def __init__(self, filter: DealFilter, user: User) -> None:
        self.holder = _holder(filter, user)
        self._plans: dict[int, Plan] = {}

    def of(self, first: date | None, last: date | None) -> Decimal | None:
        """The quota of a month, a quarter or a year; of other days there is none."""
        term = Term.of_days(first, last) if first and last else None
        if term is None or self.holder is None:
            return None
        year = term.first.year
        if year not in self._plans:
            self._plans[year] = Plan(year)
        return self._plans[year].amount(self.holder, term)


def _holder(filter: DealFilter, user: User) -> Holder | None:
    if filter.changed(owner=(), team=()).is_narrowed or (filter.owner and filter.team):
        return None
    scope = user.sees(Noun.DEALS)
    if filter.owner:
        ids = ids_of(filter.owner, user)
        person = db.session.get(User, ids[0]) if len(ids) == len(filter.owner) == 1 else None
        return person if person and reaches(user, scope, person) else None
    if filter.team:
        team = db.session.get(Team, filter.team[0]) if len(filter.team) == 1 else None
        return team if team and _sees_all_of(user, scope, team) else None
    if scope is Scope.ALL:
        return Company.current()
    return user.team if scope is Scope.TEAM and user.team else user


def _sees_all_of(user: User, scope: Scope, team: Team) -> bool:
    if scope is Scope.ALL:
        return True
    return scope is Scope.TEAM and user.team is not None and team.path.startswith(user.team.path)
