"""Rows waiting to be written, many at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from crm import paid_guard
from crm.base import Base
from crm.extensions import db
from crm.folding import search_text
from crm.models import Action, Event, Passage

EVENT: Table = Event.__table__  # type: ignore[assignment]


class Rows:
    """Collects rows by table, numbers them from 1, and writes each table with one statement."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)

    def add(self, model: Any, **values: Any) -> int:
        """Keep a row for later; its id."""
        rows = self._rows[model.__table__]
        rows.append({"id": len(rows) + 1, **values})
        return len(rows)

    def link(self, table: Table, **values: int) -> None:
        """Keep a row of a table that only joins two others."""
        self._rows[table].append(values)

    def noted(self, kind: str, record_id: int, *texts: str) -> None:
        """Keep what is written at a record, for searching."""
        self.add(Passage, record_kind=kind, record_id=record_id, search_text=search_text(*texts))

    def happened(
        self, action: Action, at: datetime, by_id: int, kind: str, subject_id: int, *,
        customer_id: int | None = None, deal_id: int | None = None, **particulars: Any,
    ) -> None:  # fmt: skip
        """Keep an event whose consequences are carried out already."""
        self.add(
            Event, action=action, at=at, by_id=by_id, subject_kind=kind, subject_id=subject_id,
            customer_id=customer_id, deal_id=deal_id, particulars=particulars,
            due_at=at, done_at=at,
        )  # fmt: skip

    def write(self) -> None:
        """Write everything, parents first; the caller commits."""
        connection = db.session.connection()
        paid_guard.drop(connection)  # costs come to claims that say already that they are paid
        for table in Base.metadata.sorted_tables:
            if rows := self._rows.get(table):
                db.session.execute(insert(table), rows)
                if db.engine.dialect.name == "postgresql" and "id" in table.c:
                    _count_on_from(table)
        paid_guard.renew(connection)


def _count_on_from(table: Table) -> None:
    """PostgreSQL's counters do not notice ids that were given."""
    last = select(func.max(table.c.id)).scalar_subquery()
    db.session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


def analyse() -> None:
    """Have the database look at what it holds, as autovacuum does after a while."""
    db.session.execute(text("ANALYZE"))
