"""What a queue has not done is found by index, what was given up too: administrators' Today asks

Revision ID: c90f3b62e8d5
Revises: a6e1d0c94b27
"""

import sqlalchemy as sa
from alembic import op

revision = "c90f3b62e8d5"
down_revision = "a6e1d0c94b27"
branch_labels = None
depends_on = None

QUEUES = ("event", "outgoing_mail", "import_run")


def upgrade() -> None:
    _made_again("done_at IS NULL")


def downgrade() -> None:
    _made_again("done_at IS NULL AND dead_at IS NULL")


def _made_again(condition: str) -> None:
    where = sa.text(condition)
    for table in QUEUES:
        name = f"ix_{table}_waiting"
        op.drop_index(name, table_name=table)
        op.create_index(name, table, ["due_at"], sqlite_where=where, postgresql_where=where)
