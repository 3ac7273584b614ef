"""What is spent on customers against what they bring: what was won there, and what may be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealFilter, DealStatus
from crm.filters.reports import CostReportFilter
from crm.models import Deal, ExpenseItem, User
from crm.queries.forecast import sums
from crm.queries.reports import cost_ways
from crm.queries.reports.drawing import MOST_DRAWN, Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Row, share
from crm.queries.reports.report import Note, Report, Table, Topic

MEASURES = (
    Measure(_l("Costs"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Won amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Costs in what was won"), Kind.PERCENT, is_fine=True),
    Measure(_l("Weighted"), Kind.MONEY, Of.WEIGHTED, is_now=True),
    Measure(_l("Costs in won and weighted"), Kind.PERCENT, is_now=True, is_fine=True),
)
COSTS, WON, RATIO = 0, 1, 2
ZERO = Decimal(0)


class Brought(NamedTuple):
    """What was spent on a customer, what was won there, and Σ amount × chance of what is open."""

    spent: Decimal = ZERO
    won: Decimal = ZERO
    at_chance: Decimal = ZERO


def read(filter: CostReportFilter, user: User) -> Table:
    """A row for each customer on whom was spent, the most first."""
    spent = _spent(filter, user)
    won, coming = _won(filter), _coming(filter)
    gained, chances = sums(won.narrow(user), Deal.customer_id), _chances(coming, user)
    rows = []
    for group in cost_ways.CUSTOMER.groups(filter, user, spent):
        (id,) = group.values
        brought = Brought(spent[id], gained[id].amount if id in gained else ZERO,
                          chances.get(id, ZERO))  # fmt: skip
        rows.append(_row(filter, group.key, group.label, brought, group.narrowed))
    rows.sort(key=lambda row: row.figures[COSTS].value or 0, reverse=True)
    whole = Brought(
        sum(spent.values(), ZERO), sum((each.amount for each in gained.values()), ZERO),
        sum(chances.values(), ZERO),
    )  # fmt: skip
    total = _row(filter, "", _("Total"), whole, {})
    return Table(str(cost_ways.CUSTOMER.title), MEASURES, rows, total, _notes(filter))


def _row(
    filter: CostReportFilter, key: str, label: str, brought: Brought, narrowed: Mapping[str, Any]
) -> Row:
    """Where no customer is named, nothing is said of what was won."""
    items = partial(filter.costs, **narrowed)
    if "missing" in narrowed:
        nothing = [Figure(None) for _measure in MEASURES[WON:]]
        return Row(key, label, (Figure(brought.spent, items), *nothing))
    won, coming = (partial(deals(filter).changed, **narrowed) for deals in (_won, _coming))
    weighted = cents_of(brought.at_chance / 100)
    alarm = _("Nothing won") if narrowed and brought.spent and not brought.won else ""
    return Row(key, label, (
        Figure(brought.spent, items), Figure(brought.won, won),
        Figure(share(brought.spent, brought.won), won), Figure(weighted, coming),
        Figure(share(brought.spent, brought.won + weighted)),
    ), alarm=alarm)  # fmt: skip


def _spent(filter: CostReportFilter, user: User) -> dict[int | None, Decimal]:
    rows = db.session.execute(
        filter.costs()
        .narrow(user)
        .with_only_columns(ExpenseItem.customer_id, money_sum(ExpenseItem.base_amount))
        .group_by(ExpenseItem.customer_id)
    )
    return dict(rows.all())


def _won(filter: CostReportFilter) -> DealFilter:
    return DealFilter(status=DealStatus.WON, closed=filter.period, customer=filter.customer,
                      deal=filter.deal)  # fmt: skip


def _coming(filter: CostReportFilter) -> DealFilter:
    return DealFilter(customer=filter.customer, deal=filter.deal)


def _chances(coming: DealFilter, user: User) -> dict[Any, Decimal]:
    """Σ amount × chance in percent, by customer: rounded once, where it is shown."""
    found = sums(coming.narrow(user), Deal.customer_id)
    return {customer: each.at_chance for customer, each in found.items()}


def _notes(filter: CostReportFilter) -> list[Note]:
    notes = [Note(_("The total has what was won of all deals, and all that are open, also at "
                    "customers on whom nothing was spent."))]  # fmt: skip
    if filter.claimant or filter.team or filter.category:
        notes.append(Note(_("What narrows the costs narrows no deals: what was won and what may "
                            "be are those of the whole customer.")))  # fmt: skip
    return notes


def draw(table: Table) -> Drawing:
    """A bar for each customer, as long as so much was spent; red where nothing was won."""
    scale = scaled(row.figures[COSTS].value for row in table.rows)
    rows = [row for row in table.rows if row.figures[COSTS].value]
    bars = []
    for row in rows[:MOST_DRAWN]:
        costs, ratio = row.figures[COSTS], row.figures[RATIO]
        says = MEASURES[COSTS].words(costs.value)
        if ratio.value is not None:
            share = MEASURES[RATIO].words(ratio.value)
            says = _("%(costs)s, %(ratio)s of won", costs=says, ratio=share)
        part = Part(scale(costs.value), "red" if row.alarm else "blue")
        bars.append(Bar(row.label, says, [part], costs.list))
    legend = [(_("Nothing won"), "red")] if any(row.alarm for row in table.rows) else []
    says = _("A bar for each customer, as long as so much was spent, and what part of what was "
             "won that is; red where nothing was won.")  # fmt: skip
    return Drawing(_("Costs"), says, bars, legend, more=len(rows) - len(bars))


REPORT = Report(
    "customer_costs",
    "building-2",
    _l("Which customers bring what they cost, and which cost and bring nothing?"),
    _l("Costs: items spent in the period that were handed in, approved or paid. Won: deals of the "
       "customer won in the period. Weighted: amount × chance of the deals that are open now. "
       "Whoever cost something and brought nothing in the period stands out."),
    read,
    draw,
    filter=CostReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
