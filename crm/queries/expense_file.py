"""The expense file of a customer: what was spent on it, approved and pending, against its worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.extensions import db
from crm.models import Customer, Deal, ExpenseClaim, ExpenseItem, Option, User
from crm.queries.related import Sold, sold_of

SHOWN = 500
ZERO = Decimal(0)


@dataclass
class Spent:
    """What was spent on something, in the base currency."""

    count: int = 0
    approved: Decimal = ZERO
    pending: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.approved + self.pending

    def add(self, count: int, approved: Decimal, pending: Decimal) -> None:
        self.count += count
        self.approved += approved
        self.pending += pending


@dataclass(frozen=True)
class ExpenseFile:
    """The costs, the latest first, and their sums; by deal also what is for none (``None``)."""

    items: Sequence[ExpenseItem]
    total: Spent
    sold: Sold
    by_category: list[tuple[Option, Spent]] = field(default_factory=list)
    by_deal: list[tuple[Deal | None, Spent]] = field(default_factory=list)

    @property
    def share_of_won(self) -> Decimal | None:
        """The costs in percent of what was won: whether it pays."""
        return self._share_of(self.sold.won_amount)

    @property
    def share_of_all(self) -> Decimal | None:
        """The costs in percent of what was won and what is open: whether it may yet."""
        return self._share_of(self.sold.won_amount + self.sold.open_amount)

    def _share_of(self, amount: Decimal) -> Decimal | None:
        """``None`` where there is nothing to compare."""
        return self.total.total * 100 / amount if self.total.count and amount else None


def expense_file_of(customer: Customer, user: User) -> ExpenseFile:
    """Every cost for ``customer`` that ``user`` may see: submitted, approved or paid."""
    costs = ExpenseItem.visible_to(user).where(
        ExpenseItem.customer_id == customer.id, ExpenseItem.counted()
    )
    items = costs.options(
        joinedload(ExpenseItem.category), joinedload(ExpenseItem.deal),
        contains_eager(ExpenseItem.claim).options(
            joinedload(ExpenseClaim.claimant), selectinload(ExpenseClaim.settlements)
        ),
    ).order_by(ExpenseItem.spent_on.desc(), ExpenseItem.id.desc())  # fmt: skip
    total, categories, deals = Spent(), dict[int, Spent](), dict[int | None, Spent]()
    for category_id, deal_id, *sums in db.session.execute(_sums(costs)):
        total.add(*sums)
        categories.setdefault(category_id, Spent()).add(*sums)
        deals.setdefault(deal_id, Spent()).add(*sums)
    options = _by_id(Option, categories)
    named = _by_id(Deal, deals)
    return ExpenseFile(
        db.session.scalars(items.limit(SHOWN)).all(),
        total,
        sold_of(Deal.visible_to(user).where(Deal.customer_id == customer.id)),
        _largest_first([(options[id], spent) for id, spent in categories.items()]),
        _largest_first([(named.get(id), spent) for id, spent in deals.items()]),  # type: ignore[arg-type]
    )


def _sums(costs: Any) -> Any:
    """By category and deal: how many, what was approved, and what is pending."""
    return costs.with_only_columns(
        ExpenseItem.category_id,
        ExpenseItem.deal_id,
        func.count(),
        *ExpenseItem.approved_and_pending(),
    ).group_by(ExpenseItem.category_id, ExpenseItem.deal_id)


def _by_id(model: Any, ids: Any) -> dict[int, Any]:
    """The records that costs name: who sees a cost knows by name what it is for."""
    chosen = select(model).where(model.id.in_([id for id in ids if id is not None]))
    return {record.id: record for record in db.session.scalars(chosen)}


def _largest_first(rows: list[tuple[Any, Spent]]) -> list[tuple[Any, Spent]]:
    return sorted(rows, key=lambda row: row[1].total, reverse=True)
