"""The cards of a column: which come first, and what stands on each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.models import Activity, Deal, Stage, Task, User


@dataclass(frozen=True)
class Card:
    """A deal with the task to be done next for it, and when it was last spoken about."""

    deal: Deal
    next_task: Task | None
    last_contact: datetime | None = None
    # Its place in its column, which stays known when it is moved or trashed.
    place: str = ""


def first_ids(seen: Select[Any], filter: BoardFilter, user: User, stage: Stage,
              count: int) -> Select[int]:  # fmt: skip
    """The ids of the first ``count`` deals of a stage, and one more: it tells that there are more.

    :param seen: the open deals that ``user`` sees, narrowed.
    """
    ids = seen.with_only_columns(Deal.id).where(Deal.stage_id == stage.id)
    return filter.placed(user).sort(ids).limit(count + 1)


def load(ids: Iterable[int], filter: BoardFilter, user: User) -> list[Card]:
    """These deals as cards, in the order of the board."""
    ids, order = list(ids), filter.placed(user)
    chosen = select(Deal, *order.expressions).where(Deal.id.in_(ids))
    chosen = chosen.options(*Deal.for_changes(), *filter.loaded_for(user))
    rows = db.session.execute(order.sort(chosen)).all()
    tasks, contacts = next_tasks(ids, user), {}
    if filter.shows("last_contact"):
        contacts = last_contacts(ids, user)
    return [
        Card(deal, tasks.get(deal.id), contacts.get(deal.id), order.write(tuple(place)))
        for deal, *place in rows
    ]


def card_of(deal: Deal, user: User) -> Card:
    """One deal as a card."""
    ids = [deal.id]
    return Card(deal, next_tasks(ids, user).get(deal.id), last_contacts(ids, user).get(deal.id))


def next_tasks(deal_ids: list[int], user: User) -> dict[int, Task]:
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


def last_contacts(deal_ids: list[int], user: User) -> dict[int, datetime]:
    """By deal: when the last activity about it was that ``user`` may see."""
    last = (
        Activity.visible_to(user)
        .with_only_columns(Activity.deal_id, func.max(Activity.happened_at))
        .where(Activity.deal_id.in_(deal_ids))
        .group_by(Activity.deal_id)
    )
    return {deal_id: at for deal_id, at in db.session.execute(last) if deal_id is not None}
