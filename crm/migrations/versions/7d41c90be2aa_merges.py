"""Merges

Revision ID: 7d41c90be2aa
Revises: a4d27c0b91f3
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "7d41c90be2aa"
down_revision = "a4d27c0b91f3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("winner_id", sa.Integer(), nullable=False),
        sa.Column("loser_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("journal", sa.JSON(), nullable=False),
        sa.Column("undone_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_merge_by_id")),
        sa.ForeignKeyConstraint(["loser_id"], ["customer.id"], name=op.f("fk_merge_loser_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_merge_undone_by_id")),
        sa.ForeignKeyConstraint(["winner_id"], ["customer.id"], name=op.f("fk_merge_winner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_loser_id"), "merge", ["loser_id"])
    op.create_index(op.f("ix_merge_winner_id"), "merge", ["winner_id"])


def downgrade() -> None:
    op.drop_table("merge")
