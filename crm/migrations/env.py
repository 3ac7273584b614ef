"""How Alembic reaches the database: through the application's engine."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

import crm.models  # noqa: F401  registers every table
from crm.base import Base

engine = current_app.extensions["migrate"].db.engine


def _name_own_types(kind: str, item: Any, autogenerate_context: Any) -> str | bool:
    """Write our column types by their full name."""
    if kind == "type" and type(item).__module__ == "crm.base":
        autogenerate_context.imports.add("import crm.base")
        return f"crm.base.{type(item).__name__}()"
    return False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_name_own_types,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
