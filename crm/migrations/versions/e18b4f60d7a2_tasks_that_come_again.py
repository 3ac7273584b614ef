"""Tasks that come again belong to a series

Revision ID: e18b4f60d7a2
Revises: d07a5e91c3b8
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "e18b4f60d7a2"
down_revision = "d07a5e91c3b8"
branch_labels = None
depends_on = None

REFERS = {"assignee_id": "user", "created_by_id": "user", "customer_id": "customer",
          "deal_id": "deal"}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "task_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ended_at", crm.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("remind_before", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_task_series_{column}")
            )
            for column, table in REFERS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_series")),
    )
    op.create_index(op.f("ix_task_series_customer_id"), "task_series", ["customer_id"])
    op.create_index(op.f("ix_task_series_deal_id"), "task_series", ["deal_id"])
    with op.batch_alter_table("task") as table:
        table.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("series_on", sa.Date(), nullable=True))
        table.create_foreign_key(table.f("fk_task_series_id"), "task_series", ["series_id"], ["id"])
        table.create_unique_constraint(
            table.f("uq_task_series_id_series_on"), ["series_id", "series_on"]
        )


def downgrade() -> None:
    with op.batch_alter_table("task") as table:
        table.drop_constraint(table.f("uq_task_series_id_series_on"), type_="unique")
        table.drop_constraint(table.f("fk_task_series_id"), type_="foreignkey")
        table.drop_column("series_on")
        table.drop_column("series_id")
    op.drop_table("task_series")
