"""Merging: what hangs on each of the customers, and what was merged into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from crm.extensions import db
from crm.models import (
    Activity,
    Attachment,
    Contact,
    Customer,
    Deal,
    ExpenseItem,
    Merge,
    Task,
    User,
)
from crm.policies import LARGEST_KEY


def hanging_on(customers: Sequence[Customer]) -> dict[str, list[int]]:
    """How many contacts, deals and so on hang on each of ``customers``: one query for each kind."""
    ids = [customer.id for customer in customers]
    files = Attachment.record_kind == Customer.__tablename__
    asked: dict[str, Select[Any]] = {
        _("Contacts"): _by(Contact.customer_id, ids).where(Contact.trashed_at.is_(None)),
        _("Deals"): _by(Deal.customer_id, ids).where(Deal.trashed_at.is_(None)),
        _("Tasks"): _by(Task.customer_id, ids).where(Task.trashed_at.is_(None)),
        _("Activities"): _by(Activity.customer_id, ids),
        _("Expenses"): _by(ExpenseItem.customer_id, ids),
        _("Files"): _by(Attachment.record_id, ids).where(files),
    }
    counted: dict[str, dict[int, int]] = {
        name: dict(db.session.execute(query).all()) for name, query in asked.items()
    }
    return {name: [counts.get(id, 0) for id in ids] for name, counts in counted.items()}


def _by(column: Any, ids: list[int]) -> Select[Any]:
    return select(column, func.count()).where(column.in_(ids)).group_by(column)


def merges_shown(customer: Customer) -> Sequence[Merge]:
    """What was merged into ``customer`` and can still be undone, newest first."""
    return db.session.scalars(Merge.of(customer).options(*Merge.for_list())).all()


def find_winner(customer_id: int, user: User) -> Customer | None:
    """What the customer with this id was merged into, if ``user`` may see that."""
    winner_id = Merge.winner_over(customer_id) if customer_id <= LARGEST_KEY else None
    if winner_id is None:
        return None
    return db.session.scalar(Customer.visible_to(user).where(Customer.id == winner_id))
