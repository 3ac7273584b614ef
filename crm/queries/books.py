"""What is not settled yet of the days for which the books are about to be closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from crm.base import money_sum
from crm.extensions import db
from crm.models import ClaimState, Company, Event, ExpenseClaim, ExpenseItem, User
from crm.models.event import Action

SHOWN = 50
SETTLED = (ClaimState.PAID, ClaimState.REJECTED)
CLOSINGS = 12


@dataclass(frozen=True)
class Unsettled:
    """The claims with costs of those days that may still be paid: how many, and the oldest of them.

    What was rejected stands in no sum, like what is paid it waits for nobody.
    """

    count: int
    amount: Decimal  # of their costs of those days
    claims: Sequence[tuple[ExpenseClaim, Decimal]]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.claims)


def unsettled(until: date, user: User) -> Unsettled:
    """What ``user`` sees of it, for the books up to ``until``."""
    seen = ExpenseClaim.visible_to(user).with_only_columns(ExpenseClaim.id)
    amount = money_sum(ExpenseItem.base_amount).label("amount")
    claims = (
        select(ExpenseItem.claim_id, amount)
        .join(ExpenseItem.claim)
        .where(
            ExpenseItem.spent_on <= until,
            ExpenseClaim.state.not_in(SETTLED),
            ExpenseClaim.id.in_(seen),
        )
        .group_by(ExpenseItem.claim_id)
        .subquery()
    )
    total = select(func.count(), money_sum(claims.c.amount)).select_from(claims)
    count, together = db.session.execute(total).one()
    shown = (
        select(ExpenseClaim, claims.c.amount)
        .join(claims, claims.c.claim_id == ExpenseClaim.id)
        .options(joinedload(ExpenseClaim.claimant))
        .order_by(ExpenseClaim.id)
        .limit(SHOWN)
    )
    return Unsettled(count, together, [(row[0], row[1]) for row in db.session.execute(shown)])


def closings(company: Company) -> Sequence[Event]:
    """When the books were closed and opened last, the newest first."""
    events = Event.about(company.__tablename__, company.id).where(
        Event.action == Action.BOOKS_CLOSED
    )
    return db.session.scalars(events.limit(CLOSINGS)).all()
