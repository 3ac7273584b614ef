"""Comments on daily reports, their mailings, and when they are mailed

Revision ID: d7a1e5c83b90
Revises: e18b4f60d7a2
"""

import sqlalchemy as sa
from alembic import op

revision = "d7a1e5c83b90"
down_revision = "e18b4f60d7a2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_report_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stretch", sa.String(40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], op.f("fk_daily_report_comment_by_id")),
        sa.ForeignKeyConstraint(["rep_id"], ["user.id"], op.f("fk_daily_report_comment_rep_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_report_comment")),
    )
    op.create_index(
        op.f(
            "ix_daily_report_comment_stretch_daily_report_comment_first_daily_report_comment_rep_id"
        ),
        "daily_report_comment",
        ["stretch", "first", "rep_id"],
    )
    op.create_table(
        "daily_report_mailing",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_report_mailing")),
    )
    op.add_column(
        "company",
        sa.Column("daily_report_at", sa.Time(), nullable=False, server_default="18:30:00"),
    )


def downgrade() -> None:
    op.drop_column("company", "daily_report_at")
    op.drop_table("daily_report_mailing")
    op.drop_table("daily_report_comment")
