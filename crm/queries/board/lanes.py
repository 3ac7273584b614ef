"""Lanes: the cards of the board by their owners, a few of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, over, select

from crm.base import money_sum
from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.models import Deal, Stage, User
from crm.paging import Order
from crm.queries.board.cards import Card, load

OWNERS, CARDS_PER_CELL = 10, 4
MANY_STAGES, CARDS_PER_NARROW = 8, 2  # of more stages than fit on a screen fewer cards
BY_NAME = Order.by(User.sort_name, unique=User.id)


@dataclass(frozen=True)
class Lane:
    """One owner, how many open deals they have, their sum, and some cards by stage."""

    owner: User
    count: int
    amount: Decimal
    cells: dict[int, list[Card]]
    most: int  # so many cards are drawn of each

    def cards(self, stage: Stage) -> list[Card]:
        """Its first cards in a stage."""
        return self.cells[stage.id][: self.most]

    def has_more(self, stage: Stage) -> bool:
        """Whether there are others."""
        return len(self.cells[stage.id]) > self.most


def lanes(
    seen: Select[Any], filter: BoardFilter, user: User, stages: list[Stage]
) -> tuple[list[Lane], str]:
    """A page of lanes in the order of their owners' names, and the place where the next begins."""
    here = seen.where(Deal.stage_id.in_([stage.id for stage in stages]))
    totals = here.with_only_columns(
        Deal.owner_id, func.count().label("count"), money_sum(Deal.base_amount).label("amount")
    )
    each = totals.group_by(Deal.owner_id).subquery()
    owners = select(User, each.c.count, each.c.amount).join(each, each.c.owner_id == User.id)
    if place := BY_NAME.read(filter.after):
        owners = owners.where(BY_NAME.after(place))
    rows = db.session.execute(BY_NAME.sort(owners).limit(OWNERS + 1)).all()
    shown, more = rows[:OWNERS], len(rows) > OWNERS
    most = CARDS_PER_NARROW if len(stages) > MANY_STAGES else CARDS_PER_CELL
    cells = _cells(here, filter, user, [owner.id for owner, *_ in shown], most)
    next_place = BY_NAME.write((shown[-1][0].sort_name, shown[-1][0].id)) if more else ""
    each_lane = [
        Lane(owner, count, amount, cells[owner.id], most) for owner, count, amount in shown
    ]
    return each_lane, next_place


def _cells(
    here: Select[Any], filter: BoardFilter, user: User, owner_ids: list[int], most: int
) -> dict[int, dict[int, list[Card]]]:
    """By owner and stage the first cards, one more than are shown; those of folded stages none."""
    keys = filter.placed(user).keys
    in_order = [key.expression.desc() if key.descending else key.expression for key in keys]
    number = over(func.row_number(), partition_by=[Deal.owner_id, Deal.stage_id], order_by=in_order)
    wanted = here.where(Deal.owner_id.in_(owner_ids), Deal.stage_id.not_in(filter.folded))
    numbered = wanted.with_only_columns(Deal.id, number.label("number")).subquery()
    ids = select(numbered.c.id).where(numbered.c.number <= most + 1)
    cells: dict[int, dict[int, list[Card]]] = defaultdict(lambda: defaultdict(list))
    for card in load(db.session.scalars(ids).all(), filter, user):
        cells[card.deal.owner_id][card.deal.stage_id].append(card)
    return cells
