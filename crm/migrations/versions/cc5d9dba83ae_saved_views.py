"""Saved views"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import crm.base

revision = "cc5d9dba83ae"
down_revision = "5b0c2a7d9e14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "shared_with",
            sa.Enum("nobody", "team", "everyone", name="sharing", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("updated_at", crm.base.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_saved_view_list_saved_view_owner_id"), ["list", "owner_id"], unique=False
        )
