"""More numbers and addresses of contacts

Revision ID: c4f7a09d1e36
Revises: c2e95a71f0d4
"""

import sqlalchemy as sa
from alembic import op

revision = "c4f7a09d1e36"
down_revision = "c2e95a71f0d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("reaches", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.drop_column("reaches")
