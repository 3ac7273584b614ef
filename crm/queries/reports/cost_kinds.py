"""Which part each kind of cost has of what was spent, and how that went from month to month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.base import money_sum
from crm.extensions import db
from crm.filters.columns import Kind, words
from crm.filters.reports import CostReportFilter
from crm.models import ExpenseItem, Option, OptionList, User
from crm.models.option import COLOURS
from crm.queries.reports import cost_ways
from crm.queries.reports.drawing import Drawing, layered
from crm.queries.reports.figures import Amount, Figure, Measure, Of, Row, share
from crm.queries.reports.report import Report, Table, Topic

TOTAL = Measure(_l("Total"), Kind.MONEY, Of.AMOUNT)

Kinds = Counter[int]  # what was spent, by the id of the category


def read(filter: CostReportFilter, user: User) -> Table:
    """A row for each group; an amount and its share for each category on which was spent."""
    way = REPORT.way(filter)
    found = _found(filter, user, way.column(filter, user))
    whole = _together(found.values())
    kinds = [kind for kind in Option.known(OptionList.EXPENSE_CATEGORY) if whole[kind.id]]
    rows = [
        _row(filter, group.key, group.label, _together(group.of(found)), kinds, group.narrowed)
        for group in way.groups(filter, user, found)
    ]
    if not way.is_ordered:
        rows.sort(key=lambda row: row.figures[0].value or 0, reverse=True)
    total = _row(filter, "", _("Total"), whole, kinds, {})
    return Table(str(way.title), _measures(kinds), rows, total, way.notes())


def _measures(kinds: Sequence[Option]) -> list[Measure]:
    measures = [TOTAL]
    for at, kind in enumerate(kinds):
        tone, name = COLOURS[at % len(COLOURS)], words(kind)
        measures.append(Measure(name, Kind.MONEY, Of.AMOUNT, tone=tone))
        share_of = _("Share of %(name)s", name=name)
        measures.append(Measure(share_of, Kind.PERCENT, is_below=True))
    return measures


def _row(
    filter: CostReportFilter, key: str, label: str, spent: Kinds, kinds: Sequence[Option],
    narrowed: Any,
) -> Row:  # fmt: skip
    whole = Decimal(spent.total())
    figures = [Figure(whole, partial(filter.costs, **narrowed))]
    for kind in kinds:
        of_kind = partial(filter.costs, **narrowed, category=(kind.id,))
        amount: Amount = Decimal(spent[kind.id])
        figures += [Figure(amount, of_kind), Figure(share(amount, whole), of_kind)]
    return Row(key, label, figures)


def _together(found: Iterable[Kinds]) -> Kinds:
    return sum(found, Counter())


def _found(filter: CostReportFilter, user: User, by: Any) -> dict[Any, Kinds]:
    key = by.label("key")
    rows = db.session.execute(
        filter.costs()
        .narrow(user)
        .with_only_columns(key, ExpenseItem.category_id, money_sum(ExpenseItem.base_amount))
        .group_by(key, ExpenseItem.category_id)
    )
    found: dict[Any, Kinds] = {}
    for value, category, amount in rows:
        found.setdefault(value, Counter())[category] = amount
    return found


def draw(table: Table) -> Drawing:
    """A bar for each row, as long as so much was spent, coloured by the kinds."""
    says = _("A bar for each row, as long as so much was spent, coloured by the kinds of cost.")
    return layered(
        table, _("Kinds of cost"), says, 0, lambda row: TOTAL.words(row.figures[0].value)
    )


REPORT = Report(
    "cost_kinds",
    "chart-column",
    _l("Which kinds of cost do we have, and how do they change from month to month?"),
    _l("Items of claims that were handed in, approved or paid, by the day on which they were "
       "spent. A share is that of the kind in all costs of its row."),
    read,
    draw,
    ways=(cost_ways.MONTH, cost_ways.QUARTER, cost_ways.TEAM, cost_ways.CLAIMANT,
          cost_ways.CUSTOMER),
    filter=CostReportFilter,
    topic=Topic.COSTS,
)  # fmt: skip
