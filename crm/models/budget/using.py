"""What is left of budgets: beside the claims that were handed in, and with one that is looked at.

Spent is what was handed in and not rejected, whoever may see it one by one: budgets are the whole
firm's money. Which items count is said twice, for one item in Python and for all in SQL; a test
holds both to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm.base import money_sum
from crm.extensions import db
from crm.models.budget import Budget
from crm.models.team import Team
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim, ExpenseItem


class BudgetUse(NamedTuple):
    """A budget with what a claim takes of it; amounts in the base currency."""

    budget: Budget
    # By the other claims, and by this one.
    before: Decimal
    here: Decimal

    @property
    def spent(self) -> Decimal:
        """What is spent with this claim."""
        return self.before + self.here

    @property
    def left(self) -> Decimal:
        """What remains with this claim; below 0 where it is more than was planned."""
        return self.budget.amount - self.spent

    @property
    def is_over(self) -> bool:
        return self.left < 0

    @property
    def share(self) -> Decimal | None:
        """How much of it is spent, 1 is all; ``None`` of a budget of 0."""
        return self.spent / self.budget.amount if self.budget.amount else None


class Spending(NamedTuple):
    """What is compared with budgets: the items of a claim, perhaps with one being written."""

    claimant: User
    items: Sequence[ExpenseItem]
    # Whether these items are among what was handed in.
    is_counted: bool

    @classmethod
    def of(cls, claim: ExpenseClaim) -> Spending:
        """A claim as it is."""
        return cls(claim.claimant, claim.items, claim.is_counted)


def over_budget(claim: ExpenseClaim) -> bool:
    """Whether one of the budgets that ``claim`` takes from does not hold it."""
    return any(use.is_over for use in budgets_of(Spending.of(claim)))


def budgets_of(spending: Spending) -> list[BudgetUse]:
    """The budgets that it takes from, the narrowest first: two queries, however many items."""
    return budgets_of_all([spending])[0]


def budgets_of_all(several: Sequence[Spending]) -> list[list[BudgetUse]]:
    """The same of several: no more queries."""
    budgets = _asked_by(several)
    spent = spent_of(budgets)
    return [list(_uses(spending, budgets, spent)) for spending in several]


def hold_budgets(spending: Spending) -> None:
    """Of those who take from one budget, the second waits until it knows what the first takes.

    Held in one order, so that nobody waits in a circle.
    """
    if spending.items:
        held = _covering([spending]).with_only_columns(Budget.id).order_by(Budget.id)
        db.session.execute(held.with_for_update())


def spent_of(budgets: Sequence[Budget]) -> dict[int, Decimal]:
    """What was handed in and not rejected, by the budgets' ids."""
    if not budgets:
        return {}
    sums = db.session.execute(_sums([budget.id for budget in budgets])).all()
    found: dict[int, Decimal] = dict(map(tuple, sums))
    return {budget.id: found.get(budget.id, Decimal(0)) for budget in budgets}


def _uses(
    spending: Spending, budgets: Iterable[Budget], spent: dict[int, Decimal]
) -> Iterable[BudgetUse]:
    for budget in budgets:
        own = [item.base_amount for item in spending.items
               if budget.covers(item, spending.claimant)]  # fmt: skip
        if own:
            here = sum(own, Decimal(0))
            yield BudgetUse(budget, spent[budget.id] - (here if spending.is_counted else 0), here)


def _asked_by(several: Sequence[Spending]) -> list[Budget]:
    """The budgets that any of the items may count in, those that are for most things last."""
    if not any(spending.items for spending in several):
        return []
    chosen = (
        _covering(several)
        .options(*Budget.for_words())
        .order_by(Budget.first.desc(), Budget.last, Budget.id)
    )
    return sorted(db.session.scalars(chosen), key=lambda budget: -budget.narrowness)


def _covering(several: Sequence[Spending]) -> Select[Budget]:
    """The budgets that any of the items, of which there are some, may count in."""
    items = [item for spending in several for item in spending.items]
    days = {item.spent_on for item in items}
    teams = {id for each in several if (team := each.claimant.team) for id in team.lineage}
    return (
        select(Budget)
        .where(Budget.first <= max(days), Budget.last >= min(days))
        .where(
            _none_or(Budget.customer_id, {item.customer.id for item in items if item.customer}),
            _none_or(Budget.deal_id, {item.deal.id for item in items if item.deal}),
            _none_or(Budget.category_id, {item.category.id for item in items}),
            _none_or(Budget.team_id, teams),
        )
    )


def _none_or(column: InstrumentedAttribute[int | None], ids: set[int]) -> ColumnElement[bool]:
    return or_(column.is_(None), column.in_(ids))


def _sums(budget_ids: Sequence[int]) -> Select[Any]:
    from crm.models.expense_claim import ExpenseItem

    spent = money_sum(ExpenseItem.base_amount)
    return items_of(budget_ids).with_only_columns(Budget.id, spent).group_by(Budget.id)


def items_of(budget_ids: Sequence[int]) -> Select[Any]:
    """The ids of budgets, each beside the items that count in it."""
    from crm.models.expense_claim import ExpenseClaim, ExpenseItem

    held, belonging = aliased(Team), aliased(Team)
    below = func.substr(belonging.path, 1, func.length(held.path)) == held.path
    return (
        select(Budget.id)
        .join(ExpenseItem, ExpenseItem.spent_on.between(Budget.first, Budget.last))
        .join(ExpenseItem.claim)
        .join(User, User.id == ExpenseClaim.claimant_id)
        .outerjoin(belonging, belonging.id == User.team_id)
        .outerjoin(held, held.id == Budget.team_id)
        .where(
            Budget.id.in_(budget_ids),
            ExpenseItem.counted(),
            or_(Budget.customer_id.is_(None), Budget.customer_id == ExpenseItem.customer_id),
            or_(Budget.deal_id.is_(None), Budget.deal_id == ExpenseItem.deal_id),
            or_(Budget.category_id.is_(None), Budget.category_id == ExpenseItem.category_id),
            or_(Budget.team_id.is_(None), below),
        )
    )
