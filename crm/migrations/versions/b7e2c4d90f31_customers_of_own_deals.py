"""The customers of a rep's own deals are known from an index

Revision ID: b7e2c4d90f31
Revises: d3c97f1a52e6
"""

from alembic import op

revision = "b7e2c4d90f31"
down_revision = "d3c97f1a52e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deal_owner_id_deal_customer_id", "deal", ["owner_id", "customer_id"])


def downgrade() -> None:
    op.drop_index("ix_deal_owner_id_deal_customer_id", table_name="deal")
