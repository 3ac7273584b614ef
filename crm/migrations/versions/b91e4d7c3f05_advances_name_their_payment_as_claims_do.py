"""Advances name their payment as claims do

Revision ID: b91e4d7c3f05
Revises: a6c41f92d8b0
"""

import sqlalchemy as sa
from alembic import op

revision = "b91e4d7c3f05"
down_revision = "a6c41f92d8b0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("payment_id", "payment_batch_id")


def downgrade() -> None:
    _rename("payment_batch_id", "payment_id")


def _rename(before: str, after: str) -> None:
    op.drop_index(op.f(f"ix_advance_{before}"), "advance")
    with op.batch_alter_table("advance") as table:
        table.drop_constraint(table.f("ck_advance_paid_with_a_batch"), type_="check")
        table.drop_constraint(table.f(f"fk_advance_{before}"), type_="foreignkey")
        table.alter_column(before, new_column_name=after, existing_type=sa.Integer())
    with op.batch_alter_table("advance") as table:
        table.create_foreign_key(table.f(f"fk_advance_{after}"), "payment_batch", [after], ["id"])
        table.create_check_constraint(
            table.f("ck_advance_paid_with_a_batch"),
            f"(state IN ('paid', 'settled')) = ({after} IS NOT NULL)",
        )
    op.create_index(op.f(f"ix_advance_{after}"), "advance", [after])
