"""The filter of the task list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Select, func

from crm.filters.base import ListFilter
from crm.models import Company, Task, User


class TaskState(StrEnum):
    """Which tasks the list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    TODAY = "today"
    DONE = "done"


@dataclass(frozen=True)
class TaskFilter(ListFilter):
    state: TaskState = TaskState.OPEN
    everyone: bool = False
    customer: int | None = None
    deal: int | None = None

    SORTS: ClassVar[dict[str, tuple[Any, ...]]] = {
        # What is urgent, then important, comes first on its day.
        "due": (
            func.coalesce(Task.due_on, date.max), Task.urgent.is_(False),
            Task.important.is_(False), Task.id,
        ),
        "done": (func.coalesce(Task.done_at, Task.created_at), Task.id),
        "title": (Task.title, Task.id),
    }  # fmt: skip
    DEFAULT_SORT: ClassVar[str] = "due"
    OPTIONS: ClassVar[tuple[Any, ...]] = Task.for_list()

    def narrow(self, user: User) -> Select[Any]:
        chosen = Task.visible_to(user)
        today = Company.current().today()
        if not self.everyone:
            chosen = chosen.where(Task.assignee_id == user.id)
        if self.customer is not None:
            chosen = chosen.where(Task.customer_id == self.customer)
        if self.deal is not None:
            chosen = chosen.where(Task.deal_id == self.deal)
        if self.q:
            chosen = chosen.where(Task.matching(self.q))
        if self.state is TaskState.DONE:
            return chosen.where(Task.done_at.is_not(None))
        chosen = chosen.where(Task.done_at.is_(None))
        if self.state is TaskState.OVERDUE:
            chosen = chosen.where(Task.due_on < today)
        if self.state is TaskState.TODAY:
            chosen = chosen.where(Task.due_on == today)
        return chosen
