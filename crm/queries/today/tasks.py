"""What one is to do or takes part in: overdue, due today, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func

from crm.extensions import db
from crm.models import Company, Task, User
from crm.queries.today.length import SHOWN


@dataclass(frozen=True)
class Tasks:
    overdue: Sequence[Task]
    overdue_total: int
    due: Sequence[Task]
    due_total: int

    @property
    def total(self) -> int:
        return self.overdue_total + self.due_total


def tasks_of(user: User) -> Tasks:
    """What ``user`` has to do or takes part in by today: appointments first, then by need."""
    today = Company.current().today()
    mine = Task.visible_to(user).where(
        Task.concerning(user), Task.done_at.is_(None), Task.due_on <= today
    )
    is_late = case((Task.due_on < today, 1), else_=0)
    late, total = db.session.execute(
        mine.with_only_columns(func.coalesce(func.sum(is_late), 0), func.count())
    ).one()
    pressing = (
        Task.due_on, Task.due_time.is_(None), Task.due_time,
        Task.urgent.desc(), Task.important.desc(), Task.id,
    )  # fmt: skip
    chosen = mine.options(*Task.for_list()).order_by(*pressing).limit(SHOWN)
    overdue = db.session.scalars(chosen.where(Task.due_on < today)).all() if late else []
    due = db.session.scalars(chosen.where(Task.due_on == today)).all() if total > late else []
    return Tasks(overdue, late, due, total - late)
