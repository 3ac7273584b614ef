"""What the options of a list are worth: customers, open and won deals, and how often one wins.

Definitions stand in docs/metrics.md. All of it is of what the reader sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, select, true

from crm.base import money_sum
from crm.extensions import db
from crm.filters.days import Days
from crm.models import Customer, Deal, Option, OptionList, Outcome, OutcomeKind, User
from crm.models.tag import customer_tag

# What a customer says of each list; tags, of which it has several, stand in a table of their own.
COLUMNS = {
    OptionList.SOURCE: Customer.source_id,
    OptionList.GRADE: Customer.grade_id,
    OptionList.INDUSTRY: Customer.industry_id,
    OptionList.REGION: Customer.region_id,
    OptionList.TAG: customer_tag.c.option_id,
}


@dataclass(frozen=True)
class Worth:
    """One option, or ``None`` for what has none; amounts in the base currency."""

    option: Option | None
    customers: int = 0
    open_amount: Decimal = Decimal(0)
    won_amount: Decimal = Decimal(0)
    won: int = 0
    lost: int = 0

    @property
    def win_rate(self) -> Decimal | None:
        """Of a hundred deals that were closed, how many were won; ``None`` if none was closed."""
        closed = self.won + self.lost
        return Decimal(100 * self.won) / closed if closed else None


def worth_of(which: OptionList, user: User, closed: Days | None = None) -> Sequence[Worth]:
    """Each option of the list, in the firm's order, and last what has none.

    :param closed: the days on which deals were won or lost that count; default: whenever.
    """
    customers, deals = _customers(which, user), _deals(which, user, closed)
    options: list[Option | None] = [*db.session.scalars(Option.all_of(which)), None]
    rows = [
        Worth(option, customers.get(key, 0), *deals.get(key, ()))
        for option in options
        for key in [option.id if option else None]
    ]
    return [row for row in rows if (row.option and row.option.active) or row != Worth(row.option)]


def _customers(which: OptionList, user: User) -> dict[int | None, int]:
    said = _said(which, user)
    counted = select(said.c.option_id, func.count()).group_by(said.c.option_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _deals(
    which: OptionList, user: User, closed: Days | None
) -> dict[int | None, tuple[Decimal, Decimal, int, int]]:
    """By option: what is open, what was won, how many were won and how many lost."""
    said = _said(which, user)
    within = and_(true(), *(closed.of_moment(Deal.closed_at) if closed else ()))
    won, lost = (and_(Outcome.kind == kind, within) for kind in (OutcomeKind.WON, OutcomeKind.LOST))
    seen = Deal.visible_to(user).with_only_columns(Deal.id)
    rows = db.session.execute(
        select(
            said.c.option_id,
            money_sum(case((Deal.closed_at.is_(None), Deal.base_amount), else_=0)),
            money_sum(case((won, Deal.base_amount), else_=0)),
            func.sum(case((won, 1), else_=0)),
            func.sum(case((lost, 1), else_=0)),
        )
        .select_from(Deal)
        .join(said, said.c.id == Deal.customer_id)
        .outerjoin(Deal.outcome)
        .where(Deal.id.in_(seen))
        .group_by(said.c.option_id)
    )
    return {option_id: (opened, gained, wins, losses)
            for option_id, opened, gained, wins, losses in rows}  # fmt: skip


def _said(which: OptionList, user: User) -> Any:
    """The customers that ``user`` sees, each with its option; with every tag it carries."""
    seen: Any = Customer.visible_to(user).with_only_columns(
        Customer.id, COLUMNS[which].label("option_id")
    )
    if which is OptionList.TAG:
        seen = seen.outerjoin(customer_tag, customer_tag.c.customer_id == Customer.id)
    return seen.subquery()
