"""What was spent: by whom, on what, when and for whom; and what of it still waits."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import case, func

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.reports import CostReportFilter
from crm.models import ClaimState, ExpenseClaim, ExpenseItem, User
from crm.queries.reports import cost_ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Figure, Measure, Of, Row, added_up, share
from crm.queries.reports.report import Report, Table, Topic

MEASURES = (
    Measure(lazy_pgettext("count", "Items"), of=Of.COUNT),
    Measure(_l("Amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Share"), Kind.PERCENT),
    Measure(_l("Approved"), Kind.MONEY, Of.AMOUNT, tone="blue"),
    Measure(_l("Waits for approval"), Kind.MONEY, Of.AMOUNT, tone="amber"),
    Measure(_l("Amount of an item"), Kind.MONEY),
)
AMOUNT, SHARE = 1, 2
APPROVED = (ClaimState.APPROVED, ClaimState.PAID)


class Spent(NamedTuple):
    """How many items, what they come to, and what of that waits for a decision."""

    items: int = 0
    amount: Decimal = Decimal(0)
    waiting: Decimal = Decimal(0)


def read(filter: CostReportFilter, user: User) -> Table:
    """A row for each group with costs, the largest first."""
    way = REPORT.way(filter)
    found = _spent(filter, user, way.column(filter, user))
    whole = added_up(found.values(), Spent())
    rows = [
        _row(filter, group.key, group.label, added_up(group.of(found), Spent()), whole,
             group.narrowed)
        for group in way.groups(filter, user, found)
    ]  # fmt: skip
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[AMOUNT].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), whole, whole, {})
    return Table(str(way.title), MEASURES, rows, total, way.notes())


def _row(
    filter: CostReportFilter, key: str, label: str, spent: Spent, whole: Spent, narrowed: Any
) -> Row:
    items = partial(filter.costs, **narrowed)
    approved = partial(filter.costs, **narrowed, state=APPROVED)
    waiting = partial(filter.costs, **narrowed, state=(ClaimState.SUBMITTED,))
    return Row(key, label, (
        Figure(spent.items, items), Figure(spent.amount, items),
        Figure(share(spent.amount, whole.amount), items),
        Figure(spent.amount - spent.waiting, approved), Figure(spent.waiting, waiting),
        Figure(spent.amount / spent.items if spent.items else None, items),
    ))  # fmt: skip


def _spent(filter: CostReportFilter, user: User, by: Any) -> dict[Any, Spent]:
    key, waits = by.label("key"), ExpenseClaim.state == ClaimState.SUBMITTED
    rows = db.session.execute(
        filter.costs()
        .narrow(user)
        .with_only_columns(
            key, func.count(), money_sum(ExpenseItem.base_amount),
            money_sum(case((waits, ExpenseItem.base_amount), else_=0)),
        )
        .group_by(key)
    )  # fmt: skip
    return {value: Spent(*sums) for value, *sums in rows}


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as so much was spent."""
    says = _("A bar for each row, as long as so much was spent; what still waits comes last.")
    return layered(table, _("Costs"), says, AMOUNT, lambda row: _(
        "%(amount)s, %(share)s", amount=MEASURES[AMOUNT].words(row.figures[AMOUNT].value),
        share=MEASURES[SHARE].words(row.figures[SHARE].value),
    ))  # fmt: skip


REPORT = Report(
    "costs",
    "receipt-text",
    _l("What do we spend, on what and for whom, and who spends most?"),
    _l("Items of claims that were handed in, approved or paid, by the day on which they were "
       "spent; drafts and rejected claims do not count. Approved: approved or paid."),
    read,
    draw,
    ways=(cost_ways.CLAIMANT, cost_ways.TEAM, cost_ways.CATEGORY, cost_ways.MONTH,
          cost_ways.CUSTOMER, cost_ways.DEAL),
    filter=CostReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
