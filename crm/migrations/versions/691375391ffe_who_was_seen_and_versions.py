"""who was seen when, versions of users and teams, the language of the firm"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm.base import UTCDateTime

revision = "691375391ffe"
down_revision = "cc5d9dba83ae"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # With a default in the database SQLite adds a column where it is, without copying the table.
    op.add_column(
        "company", sa.Column("language", sa.String(5), nullable=False, server_default="zh")
    )
    op.add_column("team", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("user", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("user", sa.Column("last_seen_at", UTCDateTime(), nullable=True))
