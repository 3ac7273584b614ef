"""What a picker finds while somebody types, and once they are done: of what they may see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.folding import fold, search_text
from crm.models import Contact, Customer, Deal, Event, User
from crm.nouns import NOUNS
from crm.wording import person_word

# What the list shows of each, read with it.
LOADED: dict[str, Callable[[], tuple[Any, ...]]] = {
    "customer": Customer.for_list,
    "contact": lambda: (joinedload(Contact.customer),),
    "deal": Deal.for_list,
}
SHOWN = 12
# How far back a user's own doings are looked through for what they worked on last.
LOOKED_BACK = 200


def offered(noun: str, typed: str, user: User, *, at: Customer | None = None) -> list[Any]:
    """What ``typed`` fits, the newest first; of deals, those that are open.

    With nothing typed: what the user worked on last.

    :param at: of contacts and deals, only those at this customer.
    """
    if noun == "user":
        return _people(typed, user)[:SHOWN]
    model: Any = NOUNS[noun].model
    rows = _at(model.visible_to(user).options(*LOADED[noun]()), model, at)
    if model is Deal:
        rows = rows.where(Deal.closed_at.is_(None))
    if fold(typed):
        return _first(_newest(rows.where(model.named(typed)), model), SHOWN)
    recent = [] if typed or at else _recent(model, rows, user)
    newest = _first(_newest(rows, model), SHOWN) if not typed else []
    return [*recent, *(row for row in newest if row not in recent)][:SHOWN]


def found(
    noun: str, written: str, user: User, *, key: str = "", at: Customer | None = None
) -> list[Any]:
    """The record of this name, else of this code, else whatever fits: several if it is not clear.

    :param key: the id of the one that is meant, if ``written`` fits it.
    :param at: what is at this customer comes before what is elsewhere.
    """
    if noun == "user":
        return _person(written, user, key)
    model: Any = NOUNS[noun].model
    visible = model.visible_to(user)
    meant = visible.where(model.id == _id(key), _fits(model, written))
    if key and (rows := _first(meant, 1)):
        return rows
    near = _at(visible, model, at)
    return _named(model, near, written) or _named(model, visible, written)


def customer_with_id(key: str, user: User) -> Customer | None:
    """The customer with this id, if ``user`` may see it."""
    return db.session.scalar(Customer.visible_to(user).where(Customer.id == _id(key)))


def _id(key: str) -> int:
    """``key`` as an id; 0, which nothing has, if it is none."""
    return int(key) if re.fullmatch(r"[0-9]{1,9}", key) else 0


def _named(model: Any, rows: Select[Any], written: str) -> list[Any]:
    exact = _first(rows.where(model.name == written), SHOWN)
    if exact or not fold(written):
        return exact
    number = model.number_in(written)
    if number is not None and (coded := _first(rows.where(model.id == number), 1)):
        return coded
    return _first(_newest(rows.where(model.named(written)), model), SHOWN)


def _fits(model: Any, written: str) -> ColumnElement[bool]:
    return model.named(written) if fold(written) else model.name == written


def _at(rows: Select[Any], model: Any, customer: Customer | None) -> Select[Any]:
    if customer is None or model is Customer:
        return rows
    return rows.where(model.customer_id == customer.id)


def _recent(model: Any, rows: Select[Any], user: User) -> list[Any]:
    """What the user did something about last, the latest first."""
    column = {Customer: Event.customer_id, Deal: Event.deal_id}.get(model)
    if column is None:
        return []
    doings = Event.doings_of(user).with_only_columns(column).where(column.is_not(None))
    doings = doings.limit(LOOKED_BACK)
    ids = list(dict.fromkeys(db.session.scalars(doings)))[:SHOWN]
    seen = {row.id: row for row in db.session.scalars(rows.where(model.id.in_(ids)))}
    return [seen[id] for id in ids if id in seen]


def _people(typed: str, user: User) -> list[User]:
    """The users whose name or user name ``typed`` fits; oneself first, then by name."""
    active = db.session.scalars(User.active().options(joinedload(User.team)))
    words = [fold(word) for word in typed.split()]
    fitting = [
        person for person in active
        if all(word in search_text(person.name, person.username) for word in words)
    ]  # fmt: skip
    return sorted(fitting, key=lambda person: person.id != user.id)


def _person(written: str, user: User, key: str) -> list[User]:
    fitting = _people(written, user)
    return (
        [person for person in fitting if str(person.id) == key]
        or [person for person in fitting if written in _names(person)]
        or (fitting if fold(written) else [])
    )


def _names(person: User) -> tuple[str, ...]:
    return person.name, person.username, person_word(person)


def _newest(rows: Select[Any], model: Any) -> Select[Any]:
    return rows.order_by(model.created_at.desc())


def _first(rows: Select[Any], count: int) -> list[Any]:
    return list(db.session.scalars(rows.limit(count)).unique())
