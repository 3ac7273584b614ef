"""Customers are counted from an index alone: SQLite reads the column that makes it partial

Revision ID: a81c4e60b7d2
Revises: d5a1f8c37b20
"""

import sqlalchemy as sa
from alembic import op

revision = "a81c4e60b7d2"
down_revision = "d5a1f8c37b20"
branch_labels = None
depends_on = None

NAME, IN_USE = "ix_customer_in_use", sa.text("trashed_at IS NULL")


def upgrade() -> None:
    _made_again(["owner_id", "id", "trashed_at"])


def downgrade() -> None:
    _made_again(["owner_id", "id"])


def _made_again(columns: list[str]) -> None:
    op.drop_index(NAME, table_name="customer")
    op.create_index(NAME, "customer", columns, sqlite_where=IN_USE, postgresql_where=IN_USE)
