"""Costs for reports: of four people, on customers and deals or on none, in every state."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Budget, Company, Deal, ExpenseClaim, ExpenseItem, OptionList, User
from crm.models.approval import Decision
from crm.models.budget import BudgetPlan
from crm.terms import Span, Term
from tests.advances import answer, asked_for
from tests.cast import Cast
from tests.claims import decide, draft
from tests.reports.world import write_deals

CATEGORIES = ("Travel", "Samples", "Courier")


def write_costs(cast: Cast, count: int = 24) -> None:
    """``count`` claims of two items each, over a year; their approvers took up to nine days."""
    owners = (cast.wang, cast.zhao, cast.sun, cast.wu)
    deals = list(db.session.scalars(select(Deal).order_by(Deal.id)))
    for n in range(count):
        by = owners[n % 4]
        items = [_item(cast, n, part, deals[(n * 5 + part) % len(deals)]) for part in (0, 1)]
        claim = draft(cast, *items, title=f"报销 {n}", by=by)
        _decide(cast, claim, by, n)
    db.session.commit()


def write_deals_and_costs(cast: Cast) -> None:
    write_deals(cast)
    write_costs(cast)
    write_budgets(cast)


def write_with_advances(cast: Cast) -> None:
    """All of it, and three advances, of which the last one still waits."""
    write_deals_and_costs(cast)
    for n, by in enumerate((cast.wang, cast.zhao, cast.wang)):
        advance = asked_for(cast, f"{n + 1}00.50", by=by)
        if n < 2:
            answer(advance)


def write_budgets(cast: Cast) -> None:
    """For everything, a team, a customer, and a kind of cost in a team, which is 0."""
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    east = cast.wang.team
    for plan in (
        BudgetPlan(Term(Span.YEAR, date(2026, 1, 1)), Decimal(90000)),
        BudgetPlan(Term(Span.QUARTER, date(2026, 1, 1)), Decimal(4000), team=east),
        BudgetPlan(Term(Span.QUARTER, date(2026, 4, 1)), Decimal(8000), team=east),
        BudgetPlan(Term(Span.YEAR, date(2026, 1, 1)), Decimal(30000), customer=cast.sigma),
        BudgetPlan(Term(Span.MONTH, date(2026, 3, 1)), Decimal(0), team=east, category=travel),
    ):
        Budget.set_up(plan, by=cast.admin)
    db.session.commit()


def _item(cast: Cast, n: int, part: int, deal: Deal) -> ExpenseItem:
    item = ExpenseItem(
        category=cast.option(OptionList.EXPENSE_CATEGORY, CATEGORIES[(n + part) % 3]),
        purpose=f"拜访 {n}.{part}",
    )
    if n % 5:
        item.customer = deal.customer or cast.sigma
        item.deal = deal if n % 3 else None
    day: date = Company.current().today() - timedelta(days=14 * n + part)
    item.set_amount(Decimal(100 * n + 37) + Decimal("0.35"), "CNY", day)
    return item


def _decide(cast: Cast, claim: ExpenseClaim, by: User, n: int) -> None:
    """Every seventh stays a draft, every fifth waits; the others are decided, some of them paid."""
    if n % 7 == 3:
        return
    request = claim.submit(by=by)
    db.session.commit()
    assignment = request.assignments[0]
    asked = clock.now() - timedelta(days=14 * n, hours=n)
    assignment.asked_at = asked
    if n % 5 == 2:
        return
    refused = n % 6 == 4
    decide(assignment, Decision.REJECTED if refused else Decision.APPROVED,
           comment="缺少发票" if refused else None)  # fmt: skip
    assignment.decided_at = min(asked + timedelta(days=n % 9, hours=3), clock.now())
    if n % 4 == 1 and not refused:
        claim.pay(None, by=cast.fin)
