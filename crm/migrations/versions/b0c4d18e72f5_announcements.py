"""Announcements, and who has read them

Revision ID: b0c4d18e72f5
Revises: d7a1e5c83b90
"""

import sqlalchemy as sa
from alembic import op

revision = "b0c4d18e72f5"
down_revision = "d7a1e5c83b90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer()),
        sa.Column("until", sa.Date()),
        sa.Column("down_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], op.f("fk_announcement_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], op.f("fk_announcement_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_team_id"), "announcement", ["team_id"])
    op.create_table(
        "announcement_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            op.f("fk_announcement_reading_announcement_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], op.f("fk_announcement_reading_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reading")),
        sa.UniqueConstraint(
            "announcement_id",
            "user_id",
            name=op.f("uq_announcement_reading_announcement_id_user_id"),
        ),
    )
    op.create_index(op.f("ix_announcement_reading_user_id"), "announcement_reading", ["user_id"])


def downgrade() -> None:
    op.drop_table("announcement_reading")
    op.drop_table("announcement")
