"""What the options of a list are worth: customers, open and won deals, and how often one wins.

Definitions stand in docs/metrics.md. All of it is of what the reader sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, func, select, true

from crm.base import money_sum
from crm.extensions import db
from crm.filters.days import Days
from crm.models import Customer, Deal, Option, OptionList, Outcome, OutcomeKind, User
from crm.models.tag import customer_tag, deal_tag


class Whose(StrEnum):
    """Who says it: what a deal counts for is said by its customer, or by itself."""

    CUSTOMERS = "customers"
    DEALS = "deals"


# What is said of each list; tags, of which each has several, stand in tables of their own.
COLUMNS: dict[Whose, dict[OptionList, Any]] = {
    Whose.CUSTOMERS: {
        OptionList.SOURCE: Customer.source_id,
        OptionList.GRADE: Customer.grade_id,
        OptionList.INDUSTRY: Customer.industry_id,
        OptionList.REGION: Customer.region_id,
        OptionList.TAG: customer_tag.c.option_id,
    },
    Whose.DEALS: {OptionList.SOURCE: Deal.source_id, OptionList.TAG: deal_tag.c.option_id},
}
# What option statistics are made of.
LISTS = tuple(COLUMNS[Whose.CUSTOMERS])


@dataclass(frozen=True)
class Worth:
    """One option, or ``None`` for what has none; amounts in the base currency."""

    option: Option | None
    # The customers, or the deals, that say so.
    count: int = 0
    open_amount: Decimal = Decimal(0)
    won_amount: Decimal = Decimal(0)
    won: int = 0
    lost: int = 0

    @property
    def win_rate(self) -> Decimal | None:
        """Of a hundred deals that were closed, how many were won; ``None`` if none was closed."""
        closed = self.won + self.lost
        return Decimal(100 * self.won) / closed if closed else None


def whose(which: OptionList, wanted: str) -> Whose:
    """Who says it, if ``wanted`` names who can; else customers."""
    return next((each for each in Whose if each == wanted and which in COLUMNS[each]),
                Whose.CUSTOMERS)  # fmt: skip


def worth_of(
    which: OptionList, user: User, closed: Days | None = None, of: Whose = Whose.CUSTOMERS
) -> Sequence[Worth]:
    """Each option of the list, in the firm's order, and last what has none.

    :param of: whose saying counts.
    :param closed: the days on which deals were won or lost that count; default: whenever.
    """
    said = _said(which, user, of)
    counts, deals = _counts(said), _deals(said, user, closed, of)
    options: list[Option | None] = [*db.session.scalars(Option.all_of(which)), None]
    rows = [
        Worth(option, counts.get(key, 0), *deals.get(key, ()))
        for option in options
        for key in [option.id if option else None]
    ]
    return [row for row in rows if (row.option and row.option.active) or row != Worth(row.option)]


def _counts(said: Any) -> dict[int | None, int]:
    counted = select(said.c.option_id, func.count()).group_by(said.c.option_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _deals(
    said: Any, user: User, closed: Days | None, of: Whose
) -> dict[int | None, tuple[Decimal, Decimal, int, int]]:
    """By option: what is open, what was won, how many were won and how many lost."""
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
        .join(said, said.c.id == (Deal.id if of is Whose.DEALS else Deal.customer_id))
        .outerjoin(Deal.outcome)
        .where(Deal.id.in_(seen))
        .group_by(said.c.option_id)
    )
    return {option_id: (opened, gained, wins, losses)
            for option_id, opened, gained, wins, losses in rows}  # fmt: skip


def _said(which: OptionList, user: User, of: Whose) -> Any:
    """The customers, or deals, that ``user`` sees, each with its option: with each of its tags."""
    model, tagged = (
        (Deal, deal_tag.c.deal_id) if of is Whose.DEALS else (Customer, customer_tag.c.customer_id)
    )
    option_id = COLUMNS[of][which].label("option_id")
    seen: Any = model.visible_to(user).with_only_columns(model.id, option_id)
    if which is OptionList.TAG:
        seen = seen.outerjoin(tagged.table, tagged == model.id)
    return seen.subquery()
