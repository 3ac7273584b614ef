"""What stands before and after a record in the list from which somebody came to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm.extensions import db
from crm.filters.base import ListFilter
from crm.models import User
from crm.paging import Order, Place


@dataclass(frozen=True)
class Neighbour:
    """A record beside another one: its page, and what it is called."""

    url: str
    name: str


@dataclass(frozen=True)
class Neighbours:
    """The two beside a record, where there are any, and the list itself."""

    back: str
    previous: Neighbour | None
    next: Neighbour | None


def neighbours(filter: ListFilter, record: Any, user: User) -> Neighbours:
    """Two keyset queries; a record that no longer fits the filter still has its place."""
    order, model = filter.placed(user), filter.MODEL
    here = model.visible_to(user).where(model.id == record.id)
    place = db.session.execute(here.with_only_columns(*order.expressions)).one()
    return Neighbours(
        filter.url(),
        _first(filter, user, order.backwards(), place),
        _first(filter, user, order, place),
    )


def _first(filter: ListFilter, user: User, order: Order, place: Place) -> Neighbour | None:
    model = filter.MODEL
    name = getattr(model, model.CALLED_BY)
    beyond = order.sort(filter.narrow(user).where(order.after(tuple(place))))
    row = db.session.execute(beyond.with_only_columns(model.id, name).limit(1)).first()
    return row and Neighbour(filter.record_url(row.id), row[1])
