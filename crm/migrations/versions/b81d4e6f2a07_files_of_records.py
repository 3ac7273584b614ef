"""Files of records; activities with a place, changed for a day and corrected after that

Revision ID: b81d4e6f2a07
Revises: b27f90c4e1d8
"""

import sqlalchemy as sa
from alembic import op

from crm.base import UTCDateTime

revision = "b81d4e6f2a07"
down_revision = "b27f90c4e1d8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("attachment", "activity"):
        op.add_column(table, sa.Column("trashed_at", UTCDateTime(), nullable=True))
    # In one statement, which both databases understand: SQLite adds no constraint later on.
    op.execute(
        "ALTER TABLE attachment ADD COLUMN trashed_by_id INTEGER"
        ' CONSTRAINT fk_attachment_trashed_by_id REFERENCES "user" (id)'
    )
    op.execute(
        "ALTER TABLE activity ADD COLUMN trashed_by_id INTEGER"
        ' CONSTRAINT fk_activity_trashed_by_id REFERENCES "user" (id)'
    )
    op.add_column("activity", sa.Column("place", sa.String(length=200), nullable=True))
    op.add_column("activity", sa.Column("correction", sa.Text(), nullable=True))
    op.add_column("activity", sa.Column("corrected_at", UTCDateTime(), nullable=True))
    op.add_column(
        "activity", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )


def downgrade() -> None:
    for name in ("version", "corrected_at", "correction", "place"):
        with op.batch_alter_table("activity") as batch:
            batch.drop_column(name)
    for table in ("activity", "attachment"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"fk_{table}_trashed_by_id"), type_="foreignkey")
            batch.drop_column("trashed_by_id")
            batch.drop_column("trashed_at")
