"""The board: what stands in each stage, with true totals and the first cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select, union_all

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.filters.deals.stagnation import stuck
from crm.models import Deal, Stage, User
from crm.queries.board.cards import Card, card_of, first_ids, load
from crm.queries.board.lanes import Lane, lanes

__all__ = ["Board", "Card", "Column", "Lane", "board", "card_of", "heads", "more_cards"]

CARDS_PER_COLUMN = 12
# Of more columns than fit on a screen fewer cards are drawn at first.
MANY_COLUMNS, CARDS_PER_NARROW = 8, 6


@dataclass(frozen=True)
class Column:
    """A stage, how many deals stand in it, their sums in the base currency, and a page of cards."""

    stage: Stage
    count: int
    amount: Decimal
    weighted: Decimal
    cards: list[Card]
    has_more: bool
    # How many have stood there for the stage's days, and how many of these 1.5 times as long.
    stuck: int = 0
    alarmed: int = 0

    @property
    def stuck_shares(self) -> tuple[int, int]:
        """The parts of its bar in percent, amber and red; what there is is seen."""
        return _share(self.stuck - self.alarmed, self.count), _share(self.alarmed, self.count)


@dataclass(frozen=True)
class Board:
    """The columns, and where the cards stand in lanes a page of these."""

    columns: list[Column]
    lanes: list[Lane]
    more_lanes: str = ""  # the place where the next page of them begins

    @property
    def is_empty(self) -> bool:
        """Whether no deal is on it."""
        return not any(column.count for column in self.columns)


def _share(part: int, whole: int) -> int:
    return max(1, part * 100 // whole) if part else 0


class Totals(NamedTuple):
    """What is summed of a stage's deals."""

    deals: int
    amount: Decimal
    at_stage_chance: Decimal  # of those without a chance of their own
    at_own_chance: Decimal  # Σ amount × chance of the others
    stuck: int
    alarmed: int


NOTHING = Totals(0, Decimal(0), Decimal(0), Decimal(0), 0, 0)


def board(
    filter: BoardFilter, user: User, stages: Iterable[Stage], *,
    drawn: Mapping[int, int] | None = None,
) -> Board:  # fmt: skip
    """What stands in ``stages``, in few queries, however many deals and stages there are.

    :param drawn: by stage: how many cards are wanted, where it is more than a page.
    """
    stages, seen = list(stages), open_deals(filter, user)
    columns = _heads(seen, stages)
    if filter.lanes:
        return Board(columns, *lanes(seen, filter, user, stages))
    counts = {
        stage.id: max(_page(stage), (drawn or {}).get(stage.id, 0))
        for stage in stages
        if stage.id not in filter.folded
    }
    cards = _cards(seen, filter, user, stages, counts)
    return Board([_filled(column, cards, counts) for column in columns], [])


def _filled(column: Column, cards: Mapping[int, list[Card]], counts: Mapping[int, int]) -> Column:
    """``column`` with as many of its cards as are drawn."""
    mine, count = cards[column.stage.id], counts.get(column.stage.id, 0)
    return replace(column, cards=mine[:count], has_more=len(mine) > count)


def heads(filter: BoardFilter, user: User, stages: Iterable[Stage]) -> list[Column]:
    """The columns of ``stages`` without their cards: what changes above the cards after a move."""
    return _heads(open_deals(filter, user), stages)


def more_cards(
    filter: BoardFilter, user: User, stage: Stage, after: str, *, lane: int | None = None
) -> tuple[list[Card], bool]:
    """The cards of ``stage`` that come after ``after``, and whether there are still more.

    After no place come no cards: the first ones are on the board already.

    :param lane: the owner of whose cards they are.
    """
    order = filter.placed(user)
    place = order.read(after)
    if place is None:
        return [], False
    seen = open_deals(filter, user)
    if lane is not None:
        seen = seen.where(Deal.owner_id == lane)
    page = first_ids(seen, filter, user, stage, CARDS_PER_COLUMN)
    cards = load(db.session.scalars(page.where(order.after(place))).all(), filter, user)
    return cards[:CARDS_PER_COLUMN], len(cards) > CARDS_PER_COLUMN


def open_deals(filter: BoardFilter, user: User) -> Select[Deal]:
    """The open deals that ``user`` sees, narrowed."""
    return Deal.visible_to(user).where(Deal.closed_at.is_(None), *filter.conditions(user))


def _page(stage: Stage) -> int:
    """How many cards of a stage are drawn at first."""
    return CARDS_PER_NARROW if len(stage.pipeline.stages) > MANY_COLUMNS else CARDS_PER_COLUMN


def _heads(seen: Select[Any], stages: Iterable[Stage]) -> list[Column]:
    stages = list(stages)
    totals = _totals(seen, stages)
    return [_head(stage, totals.get(stage.id, NOTHING)) for stage in stages]


def _totals(seen: Select[Any], stages: list[Stage]) -> dict[int, Totals]:
    """What is summed, by stage."""
    here = seen.where(Deal.stage_id.in_([stage.id for stage in stages]))
    by_stage = here.with_only_columns(
        Deal.stage_id,
        func.count(),
        money_sum(Deal.base_amount),
        money_sum(case((Deal.probability.is_(None), Deal.base_amount))),
        money_sum(Deal.base_amount * Deal.probability),
        func.count(case((stuck(), 1))),
        func.count(case((stuck(alarm=True), 1))),
    )
    rows = db.session.execute(by_stage.group_by(Deal.stage_id))
    return {stage_id: Totals(*sums) for stage_id, *sums in rows}


def _head(stage: Stage, totals: Totals) -> Column:
    weighted = (totals.at_stage_chance * stage.probability + totals.at_own_chance) / 100
    return Column(
        stage, totals.deals, totals.amount, cents_of(weighted), cards=[], has_more=False,
        stuck=totals.stuck, alarmed=totals.alarmed,
    )  # fmt: skip


def _cards(
    seen: Select[Any], filter: BoardFilter, user: User, stages: list[Stage],
    counts: Mapping[int, int],
) -> dict[int, list[Card]]:  # fmt: skip
    """By stage, so many cards, and one more where there are more."""
    pages = [
        select(first_ids(seen, filter, user, stage, counts[stage.id]).subquery().c.id)
        for stage in stages
        if stage.id in counts
    ]
    cards: dict[int, list[Card]] = {stage.id: [] for stage in stages}
    if pages:
        for card in load(db.session.scalars(union_all(*pages)).all(), filter, user):
            cards[card.deal.stage_id].append(card)
    return cards
