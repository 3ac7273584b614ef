"""May this user do this? One predicate per verb and noun, and the ways views ask.

The predicates stand by noun in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from flask import abort, g
from flask_login import current_user
from sqlalchemy import Select

from crm.extensions import db
from crm.models import Contact, Customer, Deal, ExpenseClaim, Task
from crm.policies import (
    announcements,
    approvals,
    customers,
    deals,
    expenses,
    files,
    lists,
    settings,
)
from crm.policies.kinds import Predicates

Record = TypeVar("Record")

# Larger numbers in an address name nothing; a database would fail on them, not find nothing.
LARGEST_KEY = 2**31 - 1
PREDICATES: Predicates = {
    **customers.PREDICATES,
    **deals.PREDICATES,
    **expenses.PREDICATES,
    **approvals.PREDICATES,
    **announcements.PREDICATES,
    **files.PREDICATES,
    **lists.PREDICATES,
    **settings.PREDICATES,
}
# What lies in the trash comes back by whoever may change it.
for _kind in (Customer, Contact, Deal, Task, ExpenseClaim):
    PREDICATES["restore", _kind] = PREDICATES["edit", _kind]


def find(model: type[Record], record_id: int, *, lock: bool = False, **options: Any) -> Record:
    """The record with this id among those the user may see; 404 otherwise.

    :param lock: hold the row until the transaction ends, so that two changes come one by one.
    :param options: ``load=…``, loader options.
    """
    return find_in(model.visible_to(current_user), model, record_id, lock=lock, **options)  # type: ignore[attr-defined]


def find_trashed(model: type[Record], record_id: int) -> Record:
    """The record with this id in the user's trash; 404 otherwise."""
    return find_in(model.trash_of(current_user), model, record_id)  # type: ignore[attr-defined]


def find_in(
    select: Select[Any], model: type[Record], record_id: int, *, lock: bool = False,
    load: tuple[Any, ...] = (),
) -> Record:  # fmt: skip
    """The record with this id among ``select``; 404 otherwise."""
    if not 0 < record_id <= LARGEST_KEY:
        abort(404)
    select = select.where(model.id == record_id)  # type: ignore[attr-defined]
    if lock:
        # The row is held first and read after that: what is joined to it would otherwise be as
        # it was before the wait.
        db.session.scalar(select.with_only_columns(model.id).with_for_update(of=model))  # type: ignore[attr-defined]
    record = db.session.scalar(select.options(*load).execution_options(populate_existing=lock))
    if record is None:
        abort(404)
    return record


def find_all(model: type[Record], ids: Iterable[int], *, lock: bool) -> list[Record]:
    """Those with these ids among the records the user may see.

    :param lock: hold their rows until the transaction ends.
    """
    chosen = model.visible_to(current_user).where(model.id.in_(ids)).order_by(model.id)  # type: ignore[attr-defined]
    if lock:  # held first and read after that, as in find_in
        held = chosen.with_only_columns(model.id).with_for_update(of=model)  # type: ignore[attr-defined]
        chosen = chosen.where(model.id.in_(db.session.scalars(held).all()))  # type: ignore[attr-defined]
    chosen = chosen.options(*model.for_changes())  # type: ignore[attr-defined]
    return list(db.session.scalars(chosen.execution_options(populate_existing=lock)))


def require(verb: str, record: Any) -> None:
    """Go on only if the user may do ``verb`` to ``record``; 403 otherwise."""
    if not may(verb, record):
        abort(403)


def may(verb: str, record: Any) -> bool:
    """Whether the current user may do ``verb`` to ``record`` (or to a new one, given the class)."""
    kind = record if isinstance(record, type) else type(record)
    return PREDICATES[verb, kind](current_user, record)


def sees(record: Any) -> bool:
    """Whether the current user may open ``record``, which another record names.

    Who sees a deal or a task knows by name what it is about; its page is a link only for those who
    find it. One question answers for all records of the kind that were read so far.
    """
    if not current_user.is_authenticated:
        return False
    model = type(record)
    known: dict[int, bool] = g.setdefault("seen", {}).setdefault(model, {})
    if record.id not in known:
        read = {each.id for each in cast(Iterable[Any], db.session) if type(each) is model}
        near = {record.id, *read} - known.keys()
        seen = model.visible_to(current_user).where(model.id.in_(near))
        known.update(dict.fromkeys(near, False))
        known.update(dict.fromkeys(db.session.scalars(seen.with_only_columns(model.id)), True))
    return known[record.id]
