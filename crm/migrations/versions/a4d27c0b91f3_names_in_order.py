"""names in order"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm.folding import sort_key

revision = "a4d27c0b91f3"
down_revision = "691375391ffe"
branch_labels = None
depends_on = None

# What a record of each table is called by.
NAMES = {
    "customer": "name", "contact": "name", "deal": "name", "task": "title",
    "expense_claim": "title", "user": "name", "team": "name",
}  # fmt: skip
INDEXED = ("customer", "contact", "deal")
KEY = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")


def upgrade() -> None:
    for table, name in NAMES.items():
        op.add_column(table, sa.Column("sort_name", KEY, nullable=False, server_default=""))
        _fill(table, name)
    for table in INDEXED:
        op.create_index(f"ix_{table}_sort_name_{table}_id", table, ["sort_name", "id"])
    op.drop_index("ix_contact_name", "contact")


def _fill(table_name: str, name: str) -> None:
    table = sa.table(table_name, sa.column("id"), sa.column(name), sa.column("sort_name"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c.id, table.c[name])).all()
    filled = [{"row": row_id, "key": sort_key(text)} for row_id, text in rows]
    if filled:
        update = table.update().where(table.c.id == sa.bindparam("row"))
        connection.execute(update.values(sort_name=sa.bindparam("key")), filled)
