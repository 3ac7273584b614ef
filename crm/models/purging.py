"""Purging: records leave the trash for good, with what hangs on them alone.

What goes is found by the foreign keys that lead to a record, so a table that comes later is cleared
too: a row that cannot be without the record goes with it, as does one whose key says so
(``GOES_ALONG``); another that can be without it stays. What the books need holds a record in the
trash: costs, decided claims, a customer's deals, and the address of a customer that was merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, or_, select, update

from crm import clock
from crm.base import Base
from crm.extensions import db
from crm.models.activity import Activity
from crm.models.advance import Advance
from crm.models.approval import ApprovalRequest
from crm.models.attachment import Attachment
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.customer import Customer
from crm.models.deal import Deal
from crm.models.event import Action, Event
from crm.models.expense_claim import ExpenseClaim, ExpenseItem
from crm.models.task import Task
from crm.models.user import User
from crm.statements import in_parts

# In this order what holds another record is gone before it. As many at a time: nobody is kept
# waiting for long.
PURGED: tuple[Any, ...] = (Attachment, Activity, Task, ExpenseClaim, Deal, Contact, Customer)
MOST = 500

Model = Any


def holders(model: Model) -> dict[str, ColumnElement[bool]]:
    """What holds a record of ``model`` in the trash: by a word, with its condition."""
    if model is Customer:
        return {
            "costs": _there_is(ExpenseItem.customer_id, Customer)
            | _there_is(Advance.customer_id, Customer),
            "deals": _there_is(Deal.customer_id, Customer),
            "merged": Customer.is_merged(),
        }
    if model is Deal:
        costs = _there_is(ExpenseItem.deal_id, Deal) | _there_is(Advance.deal_id, Deal)
        return {"costs": costs}
    if model is ExpenseClaim:
        asked = select(ApprovalRequest.id).where(
            ApprovalRequest.document_kind == ExpenseClaim.KIND,
            ApprovalRequest.document_id == ExpenseClaim.id,
        )
        return {"decided": asked.exists()}
    return {}


def _there_is(column: Any, model: Model) -> ColumnElement[bool]:
    return select(column).where(column == model.id).correlate(model).exists()


class Purge:
    """Those of some records that lie in the trash and that nothing holds there; and the others."""

    def __init__(self, model: Model, ids: Iterable[int]) -> None:
        self.model = model
        in_trash = select(model.id).where(model.id.in_(set(ids)), model.trashed_at.is_not(None))
        wanted = set(db.session.scalars(in_trash.with_for_update()))
        self.held: dict[int, str] = {}
        for reason, condition in holders(model).items():
            held = select(model.id).where(model.id.in_(wanted), condition)
            self.held |= dict.fromkeys(db.session.scalars(held), reason)
        self.ids = wanted - self.held.keys()

    @property
    def reasons(self) -> Counter[str]:
        """Why the others are held, and how many of them."""
        return Counter(self.held.values())

    @cached_property
    def counts(self) -> Counter[str]:
        """How many rows of each table go with the records."""
        counted = Counter({table.name: len(ids) for table, ids in self._doomed.items()})
        counted[self.model.__tablename__] -= len(self.ids)
        return +counted

    def carry_out(self, *, by: User | None) -> set[str]:
        """Delete them for good; what they were called is recorded.

        The digests of the files that hung on them: whoever calls removes those from the disk once
        this is committed.
        """
        for record in db.session.scalars(select(self.model).where(self.model.id.in_(self.ids))):
            Event.record(
                Action.TRASH_PURGED, Company.current(), by=by, noun=self.model.__tablename__,
                name=getattr(record, self.model.CALLED_BY),
            )  # fmt: skip
        digests = self._digests()
        db.session.flush()  # the statements below read the tables
        for table, ids in self._doomed.items():
            for some in in_parts(ids):
                _let_go(table, some)
        for table, ids in reversed(self._doomed.items()):
            for some in in_parts(ids):
                db.session.execute(delete(table).where(table.c.id.in_(some)))
        db.session.expire_all()
        return digests

    @cached_property
    def _doomed(self) -> dict[Table, set[int]]:
        """The rows that go, by table; those that others hang on come first."""
        doomed: dict[Table, set[int]] = {}
        waiting = [(self.model.__table__, set(self.ids))]
        while waiting:
            table, ids = waiting.pop()
            fresh = ids - doomed.get(table, set())
            if fresh:
                doomed[table] = doomed.pop(table, set()) | fresh
                waiting += _hanging_on(table, fresh)
        return doomed

    def _digests(self) -> set[str]:
        files = self._doomed.get(Attachment.__table__, set())  # type: ignore[call-overload]
        return {
            digest
            for some in in_parts(files)
            for digest in db.session.scalars(
                select(Attachment.digest).where(Attachment.id.in_(some))
            )
        }


def purge_old() -> None:
    """Purge what has lain in the trash for longer than the company keeps it.

    The files stay until they are looked for by themselves (``unused_files.py``): this runs in a
    transaction that is not committed yet.
    """
    days = Company.current().trash_days
    if not days:
        return
    for model in PURGED:
        held = or_(*holders(model).values()) if holders(model) else None
        old = select(model.id).where(model.trashed_at <= clock.now() - timedelta(days=days))
        old = old if held is None else old.where(~held)
        ids = db.session.scalars(old.order_by(model.trashed_at).limit(MOST)).all()
        if ids:
            Purge(model, ids).carry_out(by=None)


def _hanging_on(table: Table, ids: set[int]) -> Iterator[tuple[Table, set[int]]]:
    """The rows that cannot be without those with ``ids``."""
    for some in in_parts(ids):
        for column in _leading_to(table):
            goes_along = not column.nullable or "goes_along" in column.info
            if goes_along and "id" in column.table.c:
                chosen = select(column.table.c.id).where(column.in_(some))
                yield column.table, set(db.session.scalars(chosen))
        for other in _by_kind():
            chosen = select(other.c.id).where(
                other.c.record_kind == table.name, other.c.record_id.in_(some)
            )
            yield other, set(db.session.scalars(chosen))


def _let_go(table: Table, ids: list[int]) -> None:
    """Take away what tells of the rows with ``ids``, and the keys that lead to them."""
    for column in _leading_to(table):
        if column.nullable:
            empty = update(column.table).where(column.in_(ids)).values({column.name: None})
            db.session.execute(empty)
        elif "id" not in column.table.c:
            db.session.execute(delete(column.table).where(column.in_(ids)))
    told = Event.subject_kind == table.name, Event.subject_id.in_(ids)
    db.session.execute(delete(Event).where(*told).execution_options(synchronize_session=False))
    place = {"customer": Event.customer_id, "deal": Event.deal_id}.get(table.name)
    if place is not None:
        elsewhere = update(Event).where(place.in_(ids)).values({place: None})
        db.session.execute(elsewhere.execution_options(synchronize_session=False))


def _leading_to(table: Table) -> list[Column[Any]]:
    return [
        column
        for other in Base.metadata.sorted_tables
        for column in other.c
        if any(key.column.table is table for key in column.foreign_keys)
    ]


def _by_kind() -> list[Table]:
    """The tables whose rows hang on records of any kind."""
    return [
        table for table in Base.metadata.sorted_tables
        if {"id", "record_kind", "record_id"} <= set(table.c.keys())
    ]  # fmt: skip
