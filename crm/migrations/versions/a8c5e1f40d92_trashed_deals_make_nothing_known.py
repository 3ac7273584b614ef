"""Whose deals make customers known to them is read from an index that knows the trash

Revision ID: a8c5e1f40d92
Revises: f1a6c83d2e57
"""

from alembic import op

revision = "a8c5e1f40d92"
down_revision = "f1a6c83d2e57"
branch_labels = None
depends_on = None

OLD, OLD_COLUMNS = "ix_deal_owner_id_deal_customer_id", ["owner_id", "customer_id"]
NEW = "ix_deal_owner_id_deal_customer_id_deal_trashed_at"


def upgrade() -> None:
    op.drop_index(OLD, table_name="deal")
    op.create_index(NEW, "deal", [*OLD_COLUMNS, "trashed_at"], postgresql_include=["id"])


def downgrade() -> None:
    op.drop_index(NEW, table_name="deal")
    op.create_index(OLD, "deal", OLD_COLUMNS, postgresql_include=["id"])
