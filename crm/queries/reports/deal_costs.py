"""What won deals cost, and what lost ones did: in all, on average, and against what was won."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealStatus
from crm.filters.expense_items import COUNTED
from crm.filters.reports import DealReportFilter
from crm.models import Deal, ExpenseClaim, ExpenseItem, Outcome, OutcomeKind, User
from crm.queries.reports import ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Report, Table, Topic
from crm.queries.reports.spans import CLOSED_IN_MONTH
from crm.queries.reports.ways import Group, Way
from crm.wording.fields import FIELDS

MEASURES = (
    Measure(_l("Won"), of=Of.COUNT),
    Measure(_l("Won amount"), Kind.MONEY, Of.AMOUNT, is_below=True),
    Measure(_l("Cost of won deals"), Kind.MONEY, Of.AMOUNT, tone="green"),
    Measure(_l("Cost of a won deal"), Kind.MONEY, is_below=True),
    Measure(_l("Costs in what was won"), Kind.PERCENT, is_fine=True),
    Measure(_l("Lost"), of=Of.COUNT),
    Measure(_l("Cost of lost deals"), Kind.MONEY, Of.AMOUNT, tone="red"),
    Measure(_l("Cost of a lost deal"), Kind.MONEY, is_below=True),
)
WON_COST, LOST_COST = 2, 6


class Closed(NamedTuple):
    """Of closed deals: how many were won and lost, what the won ones brought, what each cost."""

    won: int = 0
    lost: int = 0
    gained: Decimal = Decimal(0)
    won_cost: Decimal = Decimal(0)
    lost_cost: Decimal = Decimal(0)


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each group with closed deals, the most costly first."""
    way = REPORT.way(filter)
    by = way.column(filter, user)
    found = _closed(filter, user, by)
    for key, (won_cost, lost_cost) in _costs(filter, user, by).items():
        found[key] = found[key]._replace(won_cost=won_cost, lost_cost=lost_cost)
    whole = added_up(found.values(), Closed())
    if way is DEAL:
        found = {key: each for key, each in found.items() if each.won_cost or each.lost_cost}
    rows = [
        _row(filter, group.key, group.label, added_up(group.of(found), Closed()), group.narrowed)
        for group in way.groups(filter, user, found)
    ]
    if not way.is_ordered:
        rows.sort(key=_cost, reverse=True)
    total = _row(filter, "", _("Total"), whole, {})
    return Table(str(way.title), MEASURES, rows, total, way.notes())


def _cost(row: Row) -> Decimal:
    return sum((Decimal(row.figures[at].value or 0) for at in (WON_COST, LOST_COST)), Decimal(0))


def _row(filter: DealReportFilter, key: str, label: str, closed: Closed, narrowed: Any) -> Row:
    of_won, of_lost = (
        {"closed": filter.period, **narrowed, "status": status}
        for status in (DealStatus.WON, DealStatus.LOST)
    )
    won, lost = partial(filter.deals, **of_won), partial(filter.deals, **of_lost)
    won_items, lost_items = partial(filter.costs, **of_won), partial(filter.costs, **of_lost)
    return Row(key, label, (
        Figure(closed.won, won), Figure(closed.gained, won), Figure(closed.won_cost, won_items),
        Figure(_each(closed.won_cost, closed.won), won_items),
        Figure(share(closed.won_cost, closed.gained), won_items), Figure(closed.lost, lost),
        Figure(closed.lost_cost, lost_items),
        Figure(_each(closed.lost_cost, closed.lost), lost_items),
    ))  # fmt: skip


def _each(cost: Decimal, deals: int) -> Decimal | None:
    return cost / deals if deals else None


def _closed(filter: DealReportFilter, user: User, by: Any) -> dict[Any, Closed]:
    key, won = by.label("key"), Outcome.kind == OutcomeKind.WON
    rows = db.session.execute(
        filter.deals(status=DealStatus.ALL, closed=filter.period)
        .narrow(user)
        .join(Deal.outcome)
        .with_only_columns(
            key, func.sum(case((won, 1), else_=0)), func.sum(case((won, 0), else_=1)),
            money_sum(case((won, Deal.base_amount))),
        )
        .group_by(key)
    )  # fmt: skip
    return {value: Closed(*sums) for value, *sums in rows}


def _costs(filter: DealReportFilter, user: User, by: Any) -> dict[Any, tuple[Decimal, Decimal]]:
    """What was spent on the same deals, whenever it was: on the won ones, and on the lost ones."""
    closed = filter.deals(status=DealStatus.ALL, closed=filter.period).narrow(user)
    key, won = by.label("key"), Outcome.kind == OutcomeKind.WON
    rows = db.session.execute(
        ExpenseItem.visible_to(user)
        .join(Deal, Deal.id == ExpenseItem.deal_id)
        .join(Deal.outcome)
        .where(
            Deal.id.in_(closed.with_only_columns(Deal.id)), ExpenseClaim.state.in_(COUNTED)
        )
        .with_only_columns(
            key, money_sum(case((won, ExpenseItem.base_amount), else_=0)),
            money_sum(case((won, 0), else_=ExpenseItem.base_amount)),
        )
        .group_by(key)
    )  # fmt: skip
    return {value: (won_cost, lost_cost) for value, won_cost, lost_cost in rows}


def _deals(_filter: DealReportFilter, _user: User, ids: Any) -> list[Group]:
    chosen = select(Deal.id, Deal.name).where(Deal.id.in_(set(ids)))
    return [
        Group(str(id), name, frozenset({id}), {"deal": id})
        for id, name in db.session.execute(chosen.order_by(Deal.name, Deal.id))
    ]


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as its deals cost; first the won ones."""
    says = _("A bar for each row, as long as its deals cost: first the won ones, then the lost.")
    return layered(table, _("Costs"), says, WON_COST, lambda row: _(
        "won %(won)s, lost %(lost)s",
        won=MEASURES[WON_COST].words(row.figures[WON_COST].value),
        lost=MEASURES[LOST_COST].words(row.figures[LOST_COST].value),
    ))  # fmt: skip


DEAL = Way(
    "deal", FIELDS["deal"], lambda *_of: Deal.id, _deals,
    says=_l("Deals on which nothing was spent are in the total alone."),
)  # fmt: skip
REPORT = Report(
    "deal_costs",
    "handshake",
    _l("What does it cost to win a deal, and what do we spend on those we lose?"),
    _l("Of the deals closed in the period: what was spent on them, whenever it was, that was "
       "handed in, approved or paid; on average, of all of them, also those on which nothing was "
       "spent."),
    read,
    draw,
    ways=(ways.SOURCE, ways.OWNER, ways.TEAM, ways.PRODUCT, CLOSED_IN_MONTH, DEAL),
    filter=DealReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
