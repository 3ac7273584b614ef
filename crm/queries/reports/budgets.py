"""How far budgets are used, and how much of their term is past."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from sqlalchemy import func

from crm.cost_words import budget_name
from crm.extensions import db
from crm.filters.base import one_of
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.expense_items import COUNTED, ExpenseItemFilter
from crm.filters.reports import BudgetReportFilter
from crm.models import Budget, Company, ExpenseItem, User
from crm.models.budget.using import items_of, spent_of
from crm.queries.reports.drawing import Bar, Drawing, Part
from crm.queries.reports.figures import Figure, Measure, Of, Row, share
from crm.queries.reports.report import Report, Table, Topic

MEASURES = (
    Measure(_l("Budget"), Kind.MONEY),
    Measure(_l("Spent"), Kind.MONEY),
    Measure(_l("Left"), Kind.MONEY),
    Measure(_l("Part used"), Kind.PERCENT),
    Measure(_l("Term past"), Kind.PERCENT, is_now=True),
    Measure(lazy_pgettext("count", "Items"), of=Of.COUNT),
)
SPENT, LEFT, USED, PAST = 1, 2, 3, 4
NEARLY = 80  # percent: from here on it is told by its colour


def read(filter: BudgetReportFilter, user: User) -> Table:
    """A row for each budget of whose term a day lies in the period, the most used first."""
    budgets = _budgets(filter, user)
    spent, seen = spent_of(budgets), _seen(budgets, user)
    rows = [_row(budget, spent[budget.id], seen.get(budget.id, 0)) for budget in budgets]
    rows.sort(key=lambda row: row.figures[USED].value or 0, reverse=True)
    return Table(_("Budget"), MEASURES, rows)


def _row(budget: Budget, spent: Decimal, seen: int) -> Row:
    items, left = items_behind(budget) if seen else None, budget.amount - spent
    return Row(str(budget.id), budget_name(budget), (
        Figure(budget.amount), Figure(spent, items), Figure(left),
        Figure(share(spent, budget.amount), items), Figure(_past(budget)), Figure(seen, items),
    ), alarm=_("Over budget") if left < 0 else "")  # fmt: skip


def items_behind(budget: Budget) -> ExpenseItemFilter:
    """The list of what counts in ``budget``."""
    return ExpenseItemFilter(
        state=COUNTED, spent=Days.between(budget.first, budget.last),
        customer=budget.customer_id, deal=budget.deal_id,
        team=(budget.team_id,) if budget.team_id else (),
        category=(budget.category_id,) if budget.category_id else (),
    )  # fmt: skip


def _past(budget: Budget) -> Decimal | None:
    """How much of its term is past, today with it."""
    length = (budget.last - budget.first).days + 1
    past = (Company.current().today() - budget.first).days + 1
    return share(min(max(past, 0), length), length)


def _budgets(filter: BudgetReportFilter, user: User) -> Sequence[Budget]:
    first, last = filter.period.first, filter.period.last
    chosen = Budget.visible_to(user).where(
        *one_of(Budget.team_id, filter.team),
        *one_of(Budget.category_id, filter.category),
        *one_of(Budget.customer_id, (filter.customer,) if filter.customer else ()),
        *one_of(Budget.deal_id, (filter.deal,) if filter.deal else ()),
        *([Budget.last >= first] if first else []),
        *([Budget.first <= last] if last else []),
    )
    chosen = chosen.options(*Budget.for_words()).order_by(Budget.first, Budget.id)
    return db.session.scalars(chosen).all()


def _seen(budgets: Sequence[Budget], user: User) -> dict[int, int]:
    """How many of the items in each the reader sees: what is spent is the whole firm's."""
    seen = ExpenseItem.visible_to(user).with_only_columns(ExpenseItem.id)
    rows = db.session.execute(
        items_of([budget.id for budget in budgets])
        .where(ExpenseItem.id.in_(seen))
        .with_only_columns(Budget.id, func.count())
        .group_by(Budget.id)
    )
    return dict(rows.all())


def draw(table: Table) -> Drawing:
    """A bar for each budget, as long as it is used; a mark where its term is today."""
    bars = []
    for row in table.rows:
        spent, used, past = (row.figures[at] for at in (SPENT, USED, PAST))
        if used.value is not None:
            tone = "red" if row.alarm else "amber" if used.value >= NEARLY else "green"
            width = min(Decimal(used.value), Decimal(100))
            behind = spent.list if spent.value else None
            bars.append(Bar(row.label, _said(row), [Part(width, tone)], behind, mark=past.value))
    says = _("A bar for each budget, as long as so much of it is used; the whole width is all of "
             "it, and the mark is today in its term.")  # fmt: skip
    return Drawing(_("Budget use"), says, bars, _legend())


def _legend() -> list[tuple[str, str]]:
    """What the colours mean."""
    return [
        (_("Below %(limit)s%%", limit=NEARLY), "green"),
        (_("From %(limit)s%%", limit=NEARLY), "amber"),
        (_("Over budget"), "red"),
    ]


def _said(row: Row) -> str:
    left = row.figures[LEFT].value or 0
    used, rest = (
        MEASURES[USED].words(row.figures[USED].value),
        MEASURES[LEFT].words(abs(Decimal(left))),
    )
    if row.alarm:
        return _("%(used)s, %(over)s over", used=used, over=rest)
    return _("%(used)s, %(left)s left", used=used, left=rest)


REPORT = Report(
    "budgets",
    "target",
    _l("How much of each budget is used, and will it last to the end of its term?"),
    _l("Budgets of whose term a day lies in the period. Spent: items of the whole term that were "
       "handed in, approved or paid and for which the budget is, of the whole firm; items are "
       "those that you see. The line across a bar is today in the term."),
    read,
    draw,
    filter=BudgetReportFilter,
    usual=Days("this_year"),
    topic=Topic.COSTS,
)  # fmt: skip
