"""The forecast: what is open by the days on which it is expected, and the quota beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, union_all

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.deals.forecast import ForecastFilter, Slot, key_of_slot, slot_of, slots
from crm.filters.facets import ids_of
from crm.models import Company, Deal, Noun, Scope, Span, Team, Term, User
from crm.models.access import reaches
from crm.models.quota import Holder
from crm.queries.board import Card, open_deals
from crm.queries.board.cards import load
from crm.queries.quotas import Plan

CARDS_PER_COLUMN = 12


class Sums(NamedTuple):
    """How many deals, for how much in the base currency, and Σ amount × chance in percent."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    at_chance: Decimal = Decimal(0)

    @property
    def weighted(self) -> Decimal:
        """Σ amount × chance, rounded once."""
        return cents_of(self.at_chance / 100)


@dataclass(frozen=True)
class Column:
    """A column of the forecast: what is expected in its days, and a page of cards.

    :param won: what was won already in its month, where that has begun.
    """

    slot: Slot
    sums: Sums
    quota: Decimal | None = None
    won: Decimal = Decimal(0)
    cards: Sequence[Card] = ()
    has_more: bool = False

    @property
    def reached(self) -> tuple[int, int] | None:
        """How much of the quota is won, and how much more is weighted, in whole percent."""
        if not self.quota:
            return None
        won = min(100, int(self.won * 100 / self.quota))
        return won, min(100 - won, int(self.sums.weighted * 100 / self.quota))


def forecast(filter: ForecastFilter, user: User, found: Iterable[Slot]) -> list[Column]:
    """The columns ``found``, with their first cards: few queries, however many deals."""
    columns, seen = heads(filter, user, found), open_deals(filter, user)
    first = [select(_first_ids(seen, filter, user, column.slot).subquery().c.id)
             for column in columns]  # fmt: skip
    cards: dict[str, list[Card]] = {column.slot.key: [] for column in columns}
    for card in load(db.session.scalars(union_all(*first)).all(), filter, user):
        cards[slot_of(card.deal.expected_close).key].append(card)
    return [replace(column, **_page(cards[column.slot.key])) for column in columns]


def heads(filter: ForecastFilter, user: User, found: Iterable[Slot]) -> list[Column]:
    """The columns ``found`` without their cards."""
    found = list(found)
    by_key = sums(open_deals(filter, user), key_of_slot(slots()))
    quotas, this_month = Quotas(filter, user), Term.around(Span.MONTH, Company.current().today())
    columns = []
    for slot in found:
        term = Term.around(Span.MONTH, slot.last) if slot.is_month and slot.last else None
        columns.append(Column(
            slot, by_key.get(slot.key, Sums()), quotas.of(term.first, term.last) if term else None,
            _won(filter, user, this_month) if term == this_month else Decimal(0),
        ))  # fmt: skip
    return columns


def more_cards(
    filter: ForecastFilter, user: User, slot: Slot, after: str
) -> tuple[Sequence[Card], bool]:
    """The cards of ``slot`` that come after ``after``, and whether there are still more.

    After no place come no cards: the first ones are there already.
    """
    order = filter.placed(user)
    place = order.read(after)
    if place is None:
        return [], False
    ids = _first_ids(open_deals(filter, user), filter, user, slot).where(order.after(place))
    page = _page(load(db.session.scalars(ids).all(), filter, user))
    return page["cards"], page["has_more"]


def _page(cards: list[Card]) -> dict[str, Any]:
    return {"cards": cards[:CARDS_PER_COLUMN], "has_more": len(cards) > CARDS_PER_COLUMN}


def _first_ids(seen: Select[Any], filter: ForecastFilter, user: User, slot: Slot) -> Select[int]:
    ids = seen.with_only_columns(Deal.id).where(slot.condition())
    return filter.placed(user).sort(ids).limit(CARDS_PER_COLUMN + 1)


def _won(filter: ForecastFilter, user: User, term: Term) -> Decimal:
    """What was won in a month of what the forecast is narrowed to, but for the days expected."""
    bare = {"sort": "", "columns": (), "expected": None}
    won = DealFilter.parse_text(filter.text(**bare)).changed(
        status=DealStatus.WON, closed=Days.between(term.first, term.last)
    )
    amount = won.narrow(user).with_only_columns(money_sum(Deal.base_amount))
    return db.session.scalar(amount) or Decimal(0)


def sums(deals: Select[Any], by: Any) -> dict[Any, Sums]:
    """What is summed of ``deals`` for each value of ``by``."""
    key = by.label("key")
    at_chance = money_sum(Deal.base_amount * Deal.chance)
    rows = db.session.execute(
        deals.join(Deal.stage)
        .with_only_columns(key, func.count(), money_sum(Deal.base_amount), at_chance)
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
