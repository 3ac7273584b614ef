"""Today: what is to be done now, by the person who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from crm.extensions import db
from crm.filters.deals import stuck
from crm.models import (
    ApprovalAssignment,
    ClaimState,
    Company,
    Deal,
    ExpenseClaim,
    Role,
    Task,
    User,
)

SHOWN = 12
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Today:
    """Lists of at most ``SHOWN`` lines, and how many there are in all."""

    overdue: Sequence[Task]
    overdue_count: int
    due: Sequence[Task]
    soon: Sequence[Task]
    approvals: Sequence[ApprovalAssignment]
    approval_count: int
    stuck: Sequence[Deal]
    stuck_count: int
    closing: Sequence[Deal]
    to_pay: Sequence[ExpenseClaim]


def today_of(user: User) -> Today:
    """What waits for ``user``; a manager's stuck deals are the team's."""
    today = Company.current().today()
    mine = Task.visible_to(user).where(Task.assignee_id == user.id, Task.done_at.is_(None))
    by_weight = (Task.due_on, Task.urgent.desc(), Task.important.desc(), Task.id)
    overdue = mine.where(Task.due_on < today).order_by(*by_weight)
    stuck_deals = Deal.visible_to(user).where(stuck()).order_by(Deal.stage_since)
    closing = (
        Deal.visible_to(user)
        .where(Deal.closed_at.is_(None), Deal.expected_close.between(today, today + SOON))
        .order_by(Deal.expected_close, Deal.id)
    )
    approvals = ApprovalAssignment.waiting_for(user)
    to_pay = ExpenseClaim.visible_to(user).where(ExpenseClaim.state == ClaimState.APPROVED)
    return Today(
        overdue=_first(overdue, *Task.for_list()),
        overdue_count=_count(overdue),
        due=_first(mine.where(Task.due_on == today).order_by(*by_weight), *Task.for_list()),
        soon=_first(
            mine.where(Task.due_on > today, Task.due_on <= today + SOON).order_by(*by_weight),
            *Task.for_list(),
        ),
        approvals=_first(approvals),
        approval_count=_count(approvals),
        stuck=_first(stuck_deals, *Deal.for_list()),
        stuck_count=_count(stuck_deals),
        closing=_first(closing, *Deal.for_list()),
        to_pay=_first(to_pay.order_by(ExpenseClaim.updated_at), *ExpenseClaim.for_list())
        if user.has_role(Role.FINANCE)
        else [],
    )


def _first(chosen, *options):  # type: ignore[no-untyped-def]
    return db.session.scalars(chosen.options(*options).limit(SHOWN)).unique().all()


def _count(chosen) -> int:  # type: ignore[no-untyped-def]
    return (
        db.session.scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
    )
