"""Tasks have a time of day, a length, participants and reminders

Revision ID: d07a5e91c3b8
Revises: e7a15c0d94b2
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "d07a5e91c3b8"
down_revision = "e7a15c0d94b2"
branch_labels = None
depends_on = None

TIMELY = (
    "(due_time IS NULL OR due_on IS NOT NULL)"
    " AND (minutes IS NULL OR (due_time IS NOT NULL AND minutes > 0))"
)


def upgrade() -> None:
    with op.batch_alter_table("task") as table:
        table.add_column(sa.Column("due_time", sa.Time(), nullable=True))
        table.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        table.create_check_constraint(table.f("ck_task_timely"), TIMELY)
    op.create_table(
        "task_participant",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_participant_task_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_task_participant_user_id")),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("pk_task_participant")),
    )
    op.create_index(op.f("ix_task_participant_user_id"), "task_participant", ["user_id"])
    op.create_table(
        "task_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("minutes_before", sa.Integer(), nullable=False),
        sa.Column("due_at", crm.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", crm.base.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_reminder_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_reminder")),
        sa.UniqueConstraint(
            "task_id", "minutes_before", name=op.f("uq_task_reminder_task_id_minutes_before")
        ),
    )
    waiting = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_task_reminder_waiting", "task_reminder", ["due_at"],
        sqlite_where=waiting, postgresql_where=waiting,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("task_reminder")
    op.drop_table("task_participant")
    with op.batch_alter_table("task") as table:
        table.drop_constraint(table.f("ck_task_timely"), type_="check")
        table.drop_column("minutes")
        table.drop_column("due_time")
