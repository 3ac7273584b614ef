"""What hangs on a customer moves to another one, and back.

It is found by the foreign keys that lead to a customer, and by the kind and id of a record where a
table serves several nouns; so a table that comes later is moved too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, select, true, update

from crm.base import Base
from crm.extensions import db
from crm.models.customer import Customer
from crm.models.event import Event
from crm.models.merge.approvals import requests_going_along
from crm.statements import in_parts

# What tells of the loser itself.
STAYING = {"merge", "ownership", "pool_warning", "distinction", "likeness", "reminder_firing",
           "reminder_enough"}  # fmt: skip


def move_all(source_id: int, target_id: int) -> dict[str, list[int]]:
    """Move every row that names the source; ``table.column`` → ids of what was moved."""
    moved: dict[str, list[int]] = {}
    with requests_going_along(source_id):
        for column, which in columns_naming_a_customer():
            table = column.table
            named = select(table.c.id).where(column == source_id, which)
            ids = list(db.session.scalars(named.order_by(table.c.id)))
            if ids:
                _move(column, ids, source_id, target_id)
                moved[f"{table.name}.{column.name}"] = ids
    return moved


def move_back(moved: dict[str, list[int]], source_id: int, target_id: int) -> None:
    """Move what ``move_all`` moved, as far as it still names the source."""
    with requests_going_along(source_id):
        for place, ids in moved.items():
            table_name, column_name = place.split(".")
            _move(Base.metadata.tables[table_name].c[column_name], ids, source_id, target_id)


def columns_naming_a_customer() -> Iterator[tuple[Column[Any], ColumnElement[bool]]]:
    """Every column that holds the id of a customer on which a row hangs, and in which rows."""
    key = cast(Column[Any], Customer.__table__.c.id)
    for table in Base.metadata.sorted_tables:
        if table.name in STAYING or "id" not in table.c:
            continue
        yield from ((column, true()) for column in table.c if column.references(key))
        if {"record_kind", "record_id"} <= {*table.c.keys()}:
            yield table.c.record_id, table.c.record_kind == Customer.__tablename__
    yield cast(Column[Any], Event.__table__.c.customer_id), true()


def _move(column: Column[Any], ids: list[int], source_id: int, target_id: int) -> None:
    """Let the rows with these ids name the target, where they still name the source."""
    table = column.table
    for some in in_parts(ids):
        db.session.execute(
            update(table)
            .where(table.c.id.in_(some), column == source_id)
            .values({column.name: target_id})
        )
