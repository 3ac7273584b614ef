"""The quotas of last year, this year and, late in the year, the next: by what the reps won."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from crm.base import money_sum
from crm.demo.people import EAST, NORTH, SOUTH
from crm.demo.world import World
from crm.extensions import db
from crm.models import Company, Deal, Outcome, OutcomeKind, Quota, Span, Team, Term, User
from crm.models.quota import Holder

# The shares of the year's months, in hundredths: the first two are short, the year's end is long.
SEASON = (5, 4, 9, 9, 9, 9, 8, 8, 10, 8, 10, 11)
# What the firm asks for beyond what was won, in percent; from above more than from each.
REPS, TEAMS, COMPANY = 108, 112, 118
PLANNED_FROM = 10  # in October the next year is planned


def plan(world: World) -> None:
    """Set the quotas of the reps by month, of the teams by quarter, of the company by year."""
    this_year = world.today.year
    last = this_year + (world.today.month >= PLANNED_FROM)
    won = _won_in_a_year()
    for year in range(this_year - 1, last + 1):
        with world.at(min(world.now, world.moment(date(year - 1, 12, 18)))):
            growth = Decimal(100 + 8 * (year - this_year)) / 100
            for user in world.people.values():
                if user.id in won:
                    _set(world, user, year, won[user.id] * growth * REPS / 100, Span.MONTH)
            for team in db.session.scalars(select(Team).where(Team.name.in_((EAST, NORTH, SOUTH)))):
                sold = sum((won.get(each.id, Decimal(0)) for each in team.members), Decimal(0))
                _set(world, team, year, sold * growth * TEAMS / 100, Span.QUARTER)
            total = sum(won.values(), Decimal(0))
            _set(world, Company.current(), year, total * growth * COMPANY / 100, Span.YEAR)


def _set(world: World, holder: Holder, year: int, amount: Decimal, span: Span) -> None:
    by: User = world.people["chenli"]
    shares = {
        term: sum(SEASON[term.first.month - 1 : term.last.month])
        for term in Term.of_year(year) if term.span is span
    }  # fmt: skip
    amounts = {
        term: (amount * share / 1_000_000).quantize(Decimal(1)) * 10_000
        for term, share in shares.items()
    }
    Quota.set_for(holder, year, amounts, by=by)


def _won_in_a_year() -> dict[int, Decimal]:
    """By owner: what they won in all of the demo's history, which is about a year."""
    rows = db.session.execute(
        select(Deal.owner_id, money_sum(Deal.base_amount))
        .join(Outcome, Outcome.deal_id == Deal.id)
        .where(Outcome.kind == OutcomeKind.WON)
        .group_by(Deal.owner_id)
        .having(func.sum(Deal.base_amount) > 0)
    )
    return dict(rows.all())
