"""The cards of a column: which come first, and what stands on each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from crm.extensions import db
from crm.filters.deals.board import BoardFilter
from crm.models import Deal, Stage, Task, User
from crm.queries.beside import last_contacts, next_tasks


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
