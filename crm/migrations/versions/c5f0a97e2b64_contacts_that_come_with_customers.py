"""An import of customers brings in contacts as well

Revision ID: c5f0a97e2b64
Revises: b7e2c4d90f31
"""

import sqlalchemy as sa
from alembic import op

revision = "c5f0a97e2b64"
down_revision = "b7e2c4d90f31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_entry", sa.Column("noun", sa.String(length=40), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("import_entry", "noun")
