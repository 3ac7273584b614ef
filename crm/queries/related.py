"""What hangs on a customer or a deal, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, func, type_coerce
from sqlalchemy.orm import contains_eager, joinedload

from crm.base import Money
from crm.extensions import db
from crm.models import (
    Contact,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    Outcome,
    OutcomeKind,
    Task,
    User,
)
from crm.queries import timeline

SHOWN = 10


@dataclass(frozen=True)
class Spend:
    """What was spent, by category, in the base currency."""

    items: Sequence[ExpenseItem]
    total: Decimal


@dataclass(frozen=True)
class CustomerView:
    """Everything about one customer that its page shows."""

    customer: Customer
    parent: Customer | None
    contacts: Sequence[Contact]
    open_deals: Sequence[Deal]
    closed_deals: Sequence[Deal]
    tasks: Sequence[Task]
    spend: Spend
    won_amount: Decimal
    open_amount: Decimal
    events: Sequence[Event]


def view_of(customer: Customer, user: User) -> CustomerView:
    """Read what ``user`` may see of ``customer``."""
    deals = Deal.visible_to(user).where(Deal.customer_id == customer.id)
    return CustomerView(
        customer=customer,
        parent=_parent(customer, user),
        contacts=db.session.scalars(Contact.at(customer)).all(),
        open_deals=_deals(deals.where(Deal.closed_at.is_(None)).order_by(Deal.created_at.desc())),
        closed_deals=_deals(
            deals.where(Deal.closed_at.is_not(None)).order_by(Deal.closed_at.desc())
        ),
        tasks=tasks_of(user, Task.customer_id == customer.id),
        spend=spend_of(user, ExpenseItem.customer_id == customer.id),
        won_amount=_sum(deals.where(Deal.outcome.has(Outcome.kind == OutcomeKind.WON))),
        open_amount=_sum(deals.where(Deal.closed_at.is_(None))),
        events=timeline.of_customer(customer, user),
    )


def _parent(customer: Customer, user: User) -> Customer | None:
    """The group's parent, if there is one that ``user`` may see."""
    if customer.parent_id is None:
        return None
    return db.session.scalar(Customer.visible_to(user).where(Customer.id == customer.parent_id))


def tasks_of(user: User, about: ColumnElement[bool]) -> Sequence[Task]:
    """The open tasks about something."""
    chosen = Task.visible_to(user).where(about, Task.done_at.is_(None)).options(*Task.for_list())
    return db.session.scalars(
        chosen.order_by(Task.due_on.is_(None), Task.due_on, Task.id).limit(SHOWN)
    ).all()


def spend_of(user: User, about: ColumnElement[bool]) -> Spend:
    """What was spent on something: submitted, approved or paid."""
    visible = ExpenseItem.visible_to(user).where(about, ExpenseItem.counted())
    items = visible.options(
        joinedload(ExpenseItem.category),
        contains_eager(ExpenseItem.claim).joinedload(ExpenseClaim.claimant),
    ).order_by(ExpenseItem.spent_on.desc(), ExpenseItem.id.desc())
    total = visible.with_only_columns(
        type_coerce(func.coalesce(func.sum(ExpenseItem.base_amount), 0), Money)
    )
    return Spend(
        db.session.scalars(items.limit(SHOWN)).all(), db.session.scalar(total) or Decimal(0)
    )


def _deals(chosen) -> Sequence[Deal]:  # type: ignore[no-untyped-def]
    return db.session.scalars(chosen.options(*Deal.for_list()).limit(SHOWN)).all()


def _sum(chosen) -> Decimal:  # type: ignore[no-untyped-def]
    total = chosen.with_only_columns(
        type_coerce(func.coalesce(func.sum(Deal.base_amount), 0), Money)
    )
    return db.session.scalar(total) or Decimal(0)
