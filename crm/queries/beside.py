"""What stands beside deals in mails, on cards and on Today: the next task, the last contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func

from crm.extensions import db
from crm.models import Activity, Task, User


def next_tasks(deal_ids: Sequence[int], user: User) -> dict[int, Task]:
    """By deal: of its open tasks that ``user`` may see, the one that is due first."""
    tasks = db.session.scalars(
        Task.visible_to(user)
        .where(Task.deal_id.in_(deal_ids), Task.done_at.is_(None))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
    )
    first: dict[int, Task] = {}
    for task in tasks:
        first.setdefault(task.deal_id or 0, task)
    return first


def last_contacts(deal_ids: Sequence[int], user: User) -> dict[int, datetime]:
    """By deal: when the last activity about it was that ``user`` may see."""
    last = (
        Activity.visible_to(user)
        .with_only_columns(Activity.deal_id, func.max(Activity.happened_at))
        .where(Activity.deal_id.in_(deal_ids))
        .group_by(Activity.deal_id)
    )
    return {deal_id: at for deal_id, at in db.session.execute(last) if deal_id is not None}
