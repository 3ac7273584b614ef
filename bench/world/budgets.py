"""Budgets of this year: of teams and categories by month, of customers and deals by quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random

from sqlalchemy import select

from bench.world.deals import Sale
from bench.world.rows import Rows
from crm.extensions import db
from crm.models import Budget, Span, Team, Term

NOTHING = {"customer_id": None, "deal_id": None, "team_id": None, "category_id": None}
TERMS = {Span.MONTH: range(1, 13), Span.QUARTER: range(1, 13, 3)}


def plan(
    rows: Rows, dice: Random, sales: Sequence[Sale], categories: Sequence[int], year: int, most: int
) -> None:
    """Write ``most`` budgets, fewer only where there is nothing left to plan for."""
    teams = list(db.session.scalars(select(Team.id).order_by(Team.id)))
    planned: list[tuple[Span, dict[str, int | None]]] = [
        (Span.MONTH, {"team_id": team, "category_id": category})
        for team in teams
        for category in (None, *categories)
    ]
    for sale in dice.sample(list(sales), min(len(sales), most // 8)):
        planned.append((Span.QUARTER, {"customer_id": sale.firm.id}))
        planned.append((Span.QUARTER, {"deal_id": sale.id}))
    dice.shuffle(planned)
    terms = [
        (Term.around(span, date(year, month, 1)), what)
        for span, what in planned
        for month in TERMS[span]
    ]
    for term, what in terms[:most]:
        rows.add(
            Budget, span=term.span, first=term.first, last=term.last,
            amount=Decimal(dice.randrange(5, 500)) * 1000, version=1, **NOTHING | what,
        )  # fmt: skip
