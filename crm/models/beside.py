"""Rows beside a record, such as its passage: written in the flush that writes it.

They wait until the flush has written all its records: an import then writes those of 500 customers
with one statement each, not with one for each customer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.orm import Session, UOWTransaction, object_session

_WAITING = "rows_beside"


def write_beside(record: Any, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Write ``rows`` of ``model`` at the end of the flush that is writing ``record``."""
    session = object_session(record)
    assert session is not None
    waiting: dict[type[Any], list[dict[str, Any]]] = session.info.setdefault(_WAITING, {})
    if rows:
        waiting.setdefault(model, []).extend(rows)


@event.listens_for(Session, "before_flush")
def _forget_what_failed(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    session.info.pop(_WAITING, None)


@event.listens_for(Session, "after_flush")
def _write(session: Session, _context: UOWTransaction) -> None:
    for model, rows in session.info.pop(_WAITING, {}).items():
        session.connection().execute(insert(model), rows)
