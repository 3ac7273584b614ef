"""The budgets of this year, somewhat above or below what is spent, and the rules of expenses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.demo.people import EAST, NORTH, SOUTH
from crm.demo.world import World
from crm.extensions import db
from crm.models import Budget, ExpenseItem, ExpenseRule, Option, OptionList, Span, Team, Term
from crm.models.budget import BudgetPlan
from crm.models.expense_claim import ExpenseClaim
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan

# How much more is planned than is spent, in percent; what is exceeded is planned too low.
YEAR, TEAM, CATEGORY, CUSTOMER = 145, 130, 120, (160, 112, 92)
# A budget of less would be for nothing.
LEAST = Decimal(500)


def plan(world: World) -> None:
    """Set the budgets of the year and of the quarter that it is, and the rules."""
    items = db.session.scalars(
        select(ExpenseItem)
        .where(ExpenseItem.counted())
        .options(joinedload(ExpenseItem.claim).joinedload(ExpenseClaim.claimant))
    ).all()
    by = world.people["fengqin"]
    for planned, percent in _plans(world, items):
        trial = Budget.planned(planned)
        spent = sum(
            (each.base_amount for each in items if trial.covers(each, each.claim.claimant)),
            Decimal(0),
        )
        amount = max(LEAST, (spent * percent / 10_000).quantize(Decimal(1)) * 100)
        Budget.set_up(planned._replace(amount=amount), by=by)
    ExpenseRule.arrange(list(_rules(world)), by=world.people["chenli"])


def _plans(world: World, items: Sequence[ExpenseItem]) -> Iterator[tuple[BudgetPlan, int]]:
    year, quarter = (Term.around(span, world.today) for span in (Span.YEAR, Span.QUARTER))
    nothing = Decimal(0)
    yield BudgetPlan(year, nothing), YEAR
    for team in db.session.scalars(select(Team).where(Team.name.in_((EAST, NORTH, SOUTH)))):
        yield BudgetPlan(quarter, nothing, team=team), TEAM
    yield BudgetPlan(quarter, nothing, category=_category(world, "招待")), CATEGORY
    spent = Counter[int]()
    customers = {item.customer.id: item.customer for item in items if item.customer}
    for item in items:
        if item.customer and quarter.first <= item.spent_on <= quarter.last:
            spent[item.customer.id] += int(item.base_amount)
    for (key, _sum), percent in zip(spent.most_common(len(CUSTOMER)), CUSTOMER, strict=False):
        yield BudgetPlan(quarter, nothing, customers[key]), percent


def _rules(world: World) -> Iterator[RulePlan]:
    warn, forbid = RuleEffect.WARN, RuleEffect.FORBID
    for category, check, amount, effect in (
        (None, RuleCheck.RECEIPT_REQUIRED, 200, warn),
        ("住宿", RuleCheck.ITEM_LIMIT, 1200, warn),
        ("招待", RuleCheck.PERSON_DAY_LIMIT, 1500, warn),
        ("礼品", RuleCheck.CUSTOMER_REQUIRED, None, forbid),
        ("礼品", RuleCheck.CUSTOMER_QUARTER_LIMIT, 3000, warn),
    ):
        of = _category(world, category) if category else None
        yield RulePlan(of, check, None if amount is None else Decimal(amount), effect, active=True)


def _category(world: World, name: str) -> Option:
    return world.option(OptionList.EXPENSE_CATEGORY, name)
