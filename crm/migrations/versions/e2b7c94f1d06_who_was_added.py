"""Who must agree beside those whom the step asks, whoever stands in for them

Revision ID: e2b7c94f1d06
Revises: a4e8c1d07f35
"""

import sqlalchemy as sa
from alembic import op

revision = "e2b7c94f1d06"
down_revision = "a4e8c1d07f35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "approval_assignment",
        sa.Column("is_added", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute("UPDATE approval_assignment SET is_added = (why = 'added')")


def downgrade() -> None:
    op.drop_column("approval_assignment", "is_added")
