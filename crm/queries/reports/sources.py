"""What sources bring, and what they cost: deals, what of them is won, and the price of one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select

from crm.base import cents_of, money_sum
from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.deals import DealStatus
from crm.filters.reports import DealReportFilter
from crm.formatting import whole_money
from crm.models import (
    ClaimState,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    Noun,
    Outcome,
    OutcomeKind,
    Scope,
    SourceCost,
    Team,
    User,
)
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Figure, Measure, Of, Page, Row, added_up, share
from crm.queries.reports.report import Note, Report, Table

MEASURES = (
    Measure(_l("Deals begun"), of=Of.COUNT),
    Measure(_l("Amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Won"), of=Of.COUNT),
    Measure(_l("Won amount"), Kind.MONEY, Of.AMOUNT),
    Measure(_l("Win rate"), Kind.PERCENT),
    Measure(_l("Costs"), Kind.MONEY),
    Measure(_l("Cost of a deal"), Kind.MONEY),
    Measure(_l("Cost of a won deal"), Kind.MONEY),
)
BEGAN, WON, COSTS = 0, 2, 5
SPENT = (ClaimState.APPROVED, ClaimState.PAID)


class Brought(NamedTuple):
    """What a source brought in the period, and what it cost."""

    began: int = 0
    amount: Decimal = Decimal(0)
    won: int = 0
    lost: int = 0
    gained: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each source that brought something or cost something."""
    is_whole = _is_of_the_firm(filter, user)
    spent, waiting = _expenses(filter, user)
    typed = _typed(filter) if is_whole else {}
    began, closed = _began(filter, user), _closed(filter, user)
    sources = {*began, *closed, *spent, *typed}
    found = {}
    for source in sources:
        count, amount = began.get(source, (0, Decimal(0)))
        won, lost, gained = closed.get(source, (0, 0, Decimal(0)))
        cost = typed.get(source, Decimal(0)) + spent.get(source, Decimal(0))
        found[source] = Brought(count, amount, won, lost, gained, cents_of(cost))
    behind = _page(filter) if is_whole else None
    rows = [
        _row(filter, group.key, group.label, next(group.of(found)), group.narrowed, behind)
        for group in ways.SOURCE.groups(filter, user, found)
    ]
    whole = added_up(found.values(), Brought())
    total = _row(filter, "", _("Total"), whole, {}, behind)
    return Table(str(ways.SOURCE.title), MEASURES, rows, total, _notes(filter, is_whole, waiting))


def _row(
    filter: DealReportFilter, key: str, label: str, brought: Brought, narrowed: Any,
    behind: Page | None,
) -> Row:  # fmt: skip
    deals = filter.deals(**{"status": DealStatus.ALL, **narrowed})
    began, closed = deals.changed(began=filter.period), deals.changed(closed=filter.period)
    won = closed.changed(status=DealStatus.WON)
    return Row(key, label, (
        Figure(brought.began, began), Figure(brought.amount, began), Figure(brought.won, won),
        Figure(brought.gained, won), Figure(share(brought.won, brought.won + brought.lost), closed),
        Figure(brought.cost, behind), Figure(_each(brought.cost, brought.began)),
        Figure(_each(brought.cost, brought.won)),
    ))  # fmt: skip


def _each(cost: Decimal, deals: int) -> Decimal | None:
    return cost / deals if deals else None


def _began(filter: DealReportFilter, user: User) -> dict[int | None, tuple[int, Decimal]]:
    deals = filter.deals(status=DealStatus.ALL, began=filter.period).narrow(user)
    rows = db.session.execute(
        deals.with_only_columns(Deal.source_id, func.count(), money_sum(Deal.base_amount)).group_by(
            Deal.source_id
        )
    )
    return {source: (count, amount) for source, count, amount in rows}


def _closed(filter: DealReportFilter, user: User) -> dict[int | None, tuple[int, int, Decimal]]:
    deals = filter.deals(status=DealStatus.ALL, closed=filter.period).narrow(user)
    won, lost = Outcome.kind == OutcomeKind.WON, Outcome.kind == OutcomeKind.LOST
    rows = db.session.execute(
        deals.join(Deal.outcome)
        .with_only_columns(
            Deal.source_id, func.sum(case((won, 1), else_=0)), func.sum(case((lost, 1), else_=0)),
            money_sum(case((won, Deal.base_amount))),
        )
        .group_by(Deal.source_id)
    )  # fmt: skip
    return {source: (many, few, gained) for source, many, few, gained in rows}


def _expenses(filter: DealReportFilter, user: User) -> tuple[dict[int | None, Decimal], Decimal]:
    """What was spent on the deals of each source in the period, and what waits for approval."""
    deals = filter.deals(status=DealStatus.ALL).narrow(user).with_only_columns(Deal.id)
    rows = db.session.execute(
        ExpenseItem.visible_to(user)
        .join(Deal, Deal.id == ExpenseItem.deal_id)
        .where(Deal.id.in_(deals), *filter.period.of_day(ExpenseItem.spent_on))
        .where(ExpenseClaim.state.in_([*SPENT, ClaimState.SUBMITTED]))
        .with_only_columns(Deal.source_id, ExpenseClaim.state, money_sum(ExpenseItem.base_amount))
        .group_by(Deal.source_id, ExpenseClaim.state)
    )
    spent: dict[int | None, Decimal] = {}
    waiting = Decimal(0)
    for source, state, amount in rows:
        if state in SPENT:
            spent[source] = spent.get(source, Decimal(0)) + amount
        else:
            waiting += amount
    return spent, waiting


def _typed(filter: DealReportFilter) -> dict[int | None, Decimal]:
    costs = SourceCost.within(filter.period.first, filter.period.last)
    return {source: cost for source, cost in costs.items()
            if not filter.source or source in filter.source}  # fmt: skip


def _is_of_the_firm(filter: DealReportFilter, user: User) -> bool:
    """Whether all deals of the firm are counted: what a source cost was paid for all of them."""
    narrows = ("pipeline", "owner", "manager", "team", "tags", "own")
    if any(getattr(filter, name) for name in narrows):
        return False
    scope = user.sees(Noun.DEALS)
    if scope is Scope.TEAM and user.team is not None:
        others = select(Team.id).where(~Team.path.startswith(user.team.path)).exists()
        alone = select(User.id).where(User.team_id.is_(None)).exists()
        return not db.session.scalar(select(others | alone))
    return scope is Scope.ALL


def _page(filter: DealReportFilter) -> Page:
    last = filter.period.last
    return Page("source_costs.index", (("year", last.year if last else None),))


def _notes(filter: DealReportFilter, is_whole: bool, waiting: Decimal) -> list[Note]:
    notes = []
    if waiting:
        notes.append(Note(_("Expenses of %(amount)s wait for approval: they do not count yet.",
                            amount=whole_money(waiting))))  # fmt: skip
    if is_whole:
        notes.append(Note(_("What sources cost is typed by month."), _page(filter)))
    else:
        notes.append(Note(_("What was paid for a source itself was paid for all deals of the firm: "
                            "here, where only some of them count, it is left out, and the costs "
                            "are the expenses of these deals alone.")))  # fmt: skip
    return notes


def draw(table: Table) -> Drawing:
    """A bar for each source, as long as so many deals began; won rate and costs beside it."""
    scale = scaled(row.figures[BEGAN].value for row in table.rows)
    bars = []
    for row in table.rows:
        began = row.figures[BEGAN]
        if not began.value:
            continue
        before = scale(row.before[BEGAN].value) if row.before else None
        says = _("%(began)s, costs %(costs)s", began=MEASURES[BEGAN].words(began.value),
                 costs=MEASURES[COSTS].words(row.figures[COSTS].value))  # fmt: skip
        bar = Bar(row.label, says, [Part(scale(began.value))], began.list)
        bars.append(replace(bar, mark=None if before is None else min(before, Decimal(100))))
    says = _("A bar for each source, as long as so many deals began.")
    return Drawing(_("New deals"), says, bars)


REPORT = Report(
    "sources",
    "banknote",
    _l("What do our sources bring, and what does a deal from them cost?"),
    _l("Began: deals whose first day lies in the period. Won, and the win rate, are of the deals "
       "closed in the period. Costs: what was typed for the months, of a part of a month the part "
       "of its days, and the expenses of the deals spent in the period, approved or paid."),
    read,
    draw,
    ways=(ways.SOURCE,),
)  # fmt: skip
