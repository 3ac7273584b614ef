"""A task knows the activity that was noted when it was done

Revision ID: f2c6a90d4e18
Revises: b5c81f3e9a04
"""

import sqlalchemy as sa
from alembic import op

revision = "f2c6a90d4e18"
down_revision = "b5c81f3e9a04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task") as table:
        table.add_column(sa.Column("result_id", sa.Integer(), nullable=True))
        table.create_foreign_key(table.f("fk_task_result_id"), "activity", ["result_id"], ["id"])
        table.create_index(table.f("ix_task_result_id"), ["result_id"])


def downgrade() -> None:
    with op.batch_alter_table("task") as table:
        table.drop_index(table.f("ix_task_result_id"))
        table.drop_constraint(table.f("fk_task_result_id"), type_="foreignkey")
        table.drop_column("result_id")
