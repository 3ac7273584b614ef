"""A seeded firm, written straight into the tables in a few seconds.

The rows have the shape that the verbs would give them: stays, events, outcomes, approval requests
bound to what they are about. Events are past, so the worker has nothing to do while we measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from bench.world import budgets, claims, customers, deals, people
from bench.world.rows import Rows, analyse
from crm import clock, seed
from crm.extensions import db
from crm.models import Option, OptionList, Pipeline

SEED = 20260617


@dataclass(frozen=True)
class Size:
    """How many rows of each kind."""

    customers: int = 10_000
    contacts: int = 14_000  # one or two at each customer
    open_deals: int = 10_000
    closed_deals: int = 5_000
    activities: int = 20_000
    claims: int = 2_000
    budgets: int = 0
    stages: int = 5  # as seeded; more are of the firm's own

    def over(self, divisor: int) -> Size:
        """The same firm, smaller."""
        *counts, stages = vars(self).values()
        return Size(*(count // divisor for count in counts), stages)


def build(size: Size) -> None:
    """Fill an empty database that has the newest schema."""
    seed.plant(name="恒川流体控制")
    dice, now, rows = Random(SEED), clock.now(), Rows()
    staff = people.hire(dice)
    options = {
        which.value: list(db.session.scalars(select(Option).where(Option.list == which)))
        for which in OptionList
    }
    ids = {name: [option.id for option in those] for name, those in options.items()}
    firms = customers.register(rows, dice, staff, ids, now, size.customers, size.contacts)
    dealing = deals.Dealing(
        rows, dice, staff, firms, deals.lay_stages(Pipeline.main(), size.stages), ids["source"],
        options["lost_reason"], now,
    )  # fmt: skip
    sales = [dealing.close(360 * (1 - n / size.closed_deals)) for n in range(size.closed_deals)]
    sales += [dealing.keep_open() for _ in range(size.open_deals)]
    deals.log(rows, dice, firms, sales, options["activity_kind"], now, size.activities)
    claiming = claims.Claiming(rows, dice, staff, sales, ids["expense_category"], now)
    for n in range(size.claims):
        claiming.claim(360 * (1 - n / size.claims))
    budgets.plan(rows, dice, sales, ids["expense_category"], now.year, size.budgets)
    rows.write()
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        analyse()
        db.session.commit()
