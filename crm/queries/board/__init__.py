"""The board: what stands in each stage, with true totals and the first cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select, union_all

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.models import Deal, Pipeline, Stage, Task, User
from crm.paging import Order

CARDS_PER_COLUMN = 12

# The cards of a column: who came into the stage last stands first.
CARDS = Order.by(Deal.stage_since, descending=True, unique=Deal.id)


@dataclass(frozen=True)
class Card:
    """A deal with the task to be done next for it."""

    deal: Deal
    next_task: Task | None

    @property
    def place(self) -> str:
        """Its place in its column, which stays known when it is moved or trashed."""
        return CARDS.write((self.deal.stage_since, self.deal.id))


@dataclass(frozen=True)
class Column:
    """A stage, how many deals stand in it, their sums in the base currency, and a page of cards."""

    stage: Stage
    count: int
    amount: Decimal
    weighted: Decimal
    cards: list[Card]
    has_more: bool


def board(filter: DealFilter, user: User, *, stages: Iterable[Stage] | None = None) -> list[Column]:
    """The columns of ``stages`` (default: the main pipeline's): few queries, however many deals."""
    stages = list(stages or db.session.scalars(Stage.in_order(Pipeline.main())))
    visible = _visible(filter, user)
    cards = _cards(visible, stages, user)
    return [
        replace(
            column,
            cards=cards[column.stage.id][:CARDS_PER_COLUMN],
            has_more=len(cards[column.stage.id]) > CARDS_PER_COLUMN,
        )
        for column in _heads(visible, stages)
    ]


def heads(filter: DealFilter, user: User, stages: Iterable[Stage]) -> list[Column]:
    """The columns of ``stages`` without their cards: what changes above the cards after a move."""
    return _heads(_visible(filter, user), stages)


def more_cards(filter: DealFilter, user: User, stage: Stage, after: str) -> tuple[list[Card], bool]:
    """The cards of ``stage`` that come after ``after``, and whether there are still more.

    After no place come no cards: the first ones are on the board already.
    """
    place = CARDS.read(after)
    if place is None:
        return [], False
    page = _first_ids(_visible(filter, user), stage).where(CARDS.after(place))
    cards = _load(db.session.scalars(page).all(), user)
    return cards[:CARDS_PER_COLUMN], len(cards) > CARDS_PER_COLUMN


def card_of(deal: Deal, user: User) -> Card:
    """One deal as a card."""
    return Card(deal, _next_tasks([deal.id], user).get(deal.id))


def _visible(filter: DealFilter, user: User) -> Select[Deal]:
    return Deal.visible_to(user).where(Deal.closed_at.is_(None), *filter.conditions(user))


def _heads(visible: Select[Any], stages: Iterable[Stage]) -> list[Column]:
    totals = _totals(visible, stages)
    return [
        Column(stage, *_sums(stage, totals.get(stage.id)), cards=[], has_more=False)
        for stage in stages
    ]


def _totals(
    visible: Select[Any], stages: Iterable[Stage]
) -> dict[int, tuple[int, Decimal, Decimal, Decimal]]:
    """By stage: count, amount, amount at the stage's own chance, Σ amount × overriding chance."""
    here = visible.where(Deal.stage_id.in_([stage.id for stage in stages]))
    by_stage = here.with_only_columns(
        Deal.stage_id,
        func.count(),
        money_sum(Deal.base_amount),
        money_sum(case((Deal.probability.is_(None), Deal.base_amount))),
        money_sum(Deal.base_amount * Deal.probability),
    )
    rows = db.session.execute(by_stage.group_by(Deal.stage_id))
    return {stage_id: (count, *sums) for stage_id, count, *sums in rows}


def _sums(
    stage: Stage, totals: tuple[int, Decimal, Decimal, Decimal] | None
) -> tuple[int, Decimal, Decimal]:
    if totals is None:
        return 0, Decimal(0), Decimal(0)
    count, amount, at_stage_chance, at_own_chance = totals
    weighted = (at_stage_chance * stage.probability + at_own_chance) / 100
    return count, amount, cents_of(weighted)


def _first_ids(visible: Select[Any], stage: Stage) -> Select[int]:
    """One more than a page: the last one tells that there are more."""
    ids = visible.with_only_columns(Deal.id).where(Deal.stage_id == stage.id)
    return CARDS.sort(ids).limit(CARDS_PER_COLUMN + 1)


def _cards(visible: Select[Any], stages: list[Stage], user: User) -> dict[int, list[Card]]:
    pages = [select(_first_ids(visible, stage).subquery().c.id) for stage in stages]
    cards: dict[int, list[Card]] = {stage.id: [] for stage in stages}
    if pages:
        for card in _load(db.session.scalars(union_all(*pages)).all(), user):
            cards[card.deal.stage_id].append(card)
    return cards


def _load(ids: Iterable[int], user: User) -> list[Card]:
    ids = list(ids)
    chosen = select(Deal).where(Deal.id.in_(ids)).options(*Deal.for_changes())
    deals = db.session.scalars(CARDS.sort(chosen))
    tasks = _next_tasks(ids, user)
    return [Card(deal, tasks.get(deal.id)) for deal in deals]


def _next_tasks(deal_ids: list[int], user: User) -> dict[int, Task]:
    """By deal: of its open tasks that ``user`` may see, the one that is due first."""
    tasks = db.session.scalars(
        Task.visible_to(user)
        .where(Task.deal_id.in_(deal_ids), Task.done_at.is_(None))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
    )
    first: dict[int, Task] = {}
    for task in tasks:
        first.setdefault(task.deal_id or 0, task)
    return first
