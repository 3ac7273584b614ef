"""Whose customers, those in the trash too: whatever hangs on a customer is seen by its owner

Revision ID: d5a1f8c37b20
Revises: c4f7a09d1e36
"""

from alembic import op

revision = "d5a1f8c37b20"
down_revision = "c4f7a09d1e36"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_customer_owner_id"), "customer", ["owner_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_customer_owner_id"), table_name="customer")
