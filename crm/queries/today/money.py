"""Claims as finance sees them: to be paid, and waiting for somebody's decision."""

from __future__ import annotations

from crm.models import ClaimState, ExpenseClaim, User
from crm.queries.today.lines import Lines


def to_pay(user: User) -> Lines[ExpenseClaim]:
    """What is approved, the longest waiting first."""
    return _in(ClaimState.APPROVED, user)


def undecided(user: User) -> Lines[ExpenseClaim]:
    """What waits for an approver, the longest waiting first."""
    return _in(ClaimState.SUBMITTED, user)


def _in(state: ClaimState, user: User) -> Lines[ExpenseClaim]:
    chosen = ExpenseClaim.visible_to(user).where(ExpenseClaim.state == state)
    ordered = chosen.order_by(ExpenseClaim.updated_at, ExpenseClaim.id)
    return Lines.of(ordered, *ExpenseClaim.for_list())
