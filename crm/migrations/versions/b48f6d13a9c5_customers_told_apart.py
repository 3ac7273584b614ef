"""Customers told apart, what a merged one was called, who may claim from the pool

Revision ID: b48f6d13a9c5
Revises: b7e2d91c40a6
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "b48f6d13a9c5"
down_revision = "b7e2d91c40a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distinction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", crm.base.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_distinction_by_id")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["customer.id"], name=op.f("fk_distinction_first_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["customer.id"], name=op.f("fk_distinction_second_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distinction")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_distinction_first_id_second_id")
        ),
    )
    op.create_index(op.f("ix_distinction_second_id"), "distinction", ["second_id"])
    op.add_column("customer", sa.Column("also_known_as", sa.Text(), nullable=True))
    op.add_column(
        "company",
        sa.Column("pool_claimants", sa.String(length=40), nullable=False, server_default="sales"),
    )


def downgrade() -> None:
    op.drop_column("company", "pool_claimants")
    op.drop_column("customer", "also_known_as")
    op.drop_table("distinction")
