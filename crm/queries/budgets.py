"""The budgets of a year, with what is spent of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from crm.extensions import db
from crm.models import Budget, User
from crm.models.budget.using import BudgetUse, spent_of


def budgets_in(year: int, user: User) -> Sequence[BudgetUse]:
    """Those of the year and of its quarters and months that ``user`` may look up."""
    chosen = (
        Budget.visible_to(user)
        .where(Budget.first.between(date(year, 1, 1), date(year, 12, 31)))
        .options(*Budget.for_words())
        .order_by(Budget.id)
    )
    budgets = sorted(db.session.scalars(chosen), key=_place)
    spent = spent_of(budgets)
    return [BudgetUse(budget, spent[budget.id], Decimal(0)) for budget in budgets]


def _place(budget: Budget) -> tuple[date, int, int]:
    """Longer terms before their parts, and in each what is for everything before the rest."""
    return budget.first, -budget.last.toordinal(), budget.narrowness
