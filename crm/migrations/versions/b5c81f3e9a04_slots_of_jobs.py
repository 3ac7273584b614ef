"""Slots of jobs: by whose clock they are reckoned, which was the last, how often it was tried

Revision ID: b5c81f3e9a04
Revises: b0c4d18e72f5
"""

import sqlalchemy as sa
from alembic import op

revision = "b5c81f3e9a04"
down_revision = "b0c4d18e72f5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as batch:
        batch.add_column(sa.Column("slot", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("zone", sa.String(60)))
        batch.add_column(sa.Column("last_slot", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("missed", sa.Integer()))
        batch.add_column(sa.Column("attempts", sa.Integer()))
    # A slot that comes while the program is brought up to date is run after that.
    op.execute(
        "UPDATE job SET slot = next_run, missed = 0, attempts = 0,"
        " zone = COALESCE((SELECT timezone FROM company), 'Asia/Shanghai')"
    )
    with op.batch_alter_table("job") as batch:
        for name in ("slot", "zone", "missed", "attempts"):
            batch.alter_column(name, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("job") as batch:
        for name in ("slot", "zone", "last_slot", "missed", "attempts"):
            batch.drop_column(name)
