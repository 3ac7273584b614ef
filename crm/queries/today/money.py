"""Claims and advances as finance sees them: to be paid, and waiting for somebody's decision."""

from __future__ import annotations

from crm.models import Advance, AdvanceState, ClaimState, ExpenseClaim, User
from crm.queries.few import Few
from crm.queries.today.length import SHOWN


def to_pay(user: User) -> Few[ExpenseClaim]:
    """What is approved, the longest waiting first."""
    return _in(ClaimState.APPROVED, user)


def to_hand_out(user: User) -> Few[Advance]:
    """Approved advances, those needed first before the others."""
    chosen = Advance.visible_to(user).where(Advance.state == AdvanceState.APPROVED)
    ordered = chosen.order_by(Advance.needed_on, Advance.id)
    return Few.of(ordered, *Advance.for_list(), shown=SHOWN)


def undecided(user: User) -> Few[ExpenseClaim]:
    """What waits for an approver, the longest waiting first."""
    return _in(ClaimState.SUBMITTED, user)


def _in(state: ClaimState, user: User) -> Few[ExpenseClaim]:
    chosen = ExpenseClaim.visible_to(user).where(ExpenseClaim.state == state)
    ordered = chosen.order_by(ExpenseClaim.updated_at, ExpenseClaim.id)
    return Few.of(ordered, *ExpenseClaim.for_list(), shown=SHOWN)
