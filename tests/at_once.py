"""Two connections that want the same: the second waits for what the first one holds.

On PostgreSQL the two hold rows; on SQLite whoever writes is alone, and the outcome is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text

from crm.extensions import db
from tests.cast import Cast
from tests.waiting import eventually

Verb = Callable[[Cast], object]

BLOCKED = text("SELECT count(*) FROM pg_stat_activity"
               " WHERE datname = current_database() AND wait_event_type = 'Lock'")  # fmt: skip


def do(app: Flask, verb: Verb) -> None:
    with app.app_context():
        verb(Cast())
        db.session.commit()


@contextmanager
def beside(app: Flask, verb: Verb) -> Iterator[Future[None]]:
    """Inside, ``verb`` waits for what the transaction outside holds."""
    with ThreadPoolExecutor(1) as pool:
        try:
            other = pool.submit(do, app, verb)
            if db.engine.dialect.name == "postgresql":
                eventually(lambda: other.done() or _is_blocked(), "the wait")
            assert not other.done()
            yield other
        finally:
            db.session.rollback()  # whatever went wrong, the other one goes on and ends


def _is_blocked() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.scalar(BLOCKED))
