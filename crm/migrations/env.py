"""How Alembic reaches the database: through the application's engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

import crm.models  # noqa: F401  registers every table
from crm import paid_guard
from crm.base import Base

engine = current_app.extensions["migrate"].db.engine


def _name_own_types(kind: str, item: Any, autogenerate_context: Any) -> str | bool:
    """Write our column types by their full name."""
    if kind == "type" and type(item).__module__ == "crm.base":
        autogenerate_context.imports.add("import crm.base")
        return f"crm.base.{type(item).__name__}()"
    return False


@contextmanager
def _tables_made_anew(connection: Connection) -> Iterator[None]:
    """Inside, SQLite does not mind that a table that others refer to is gone for a moment.

    It makes a table anew to take a column away. That nothing refers to what is not there is asked
    of it at the end; PostgreSQL holds it by itself.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _refuse_loose_ends(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if loose:
            raise RuntimeError(f"rows refer to what is not there: {loose[:5]}")


def _guard_what_is_paid(connection: Connection) -> None:
    """The triggers fit the newest schema; an older program, gone back to, makes its own."""
    if context.get_context().get_current_heads() == context.get_head_revisions():
        paid_guard.renew(connection)


with engine.connect() as connection, _tables_made_anew(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_name_own_types,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        paid_guard.drop(connection)
        context.run_migrations()
        _refuse_loose_ends(connection)
        _guard_what_is_paid(connection)
