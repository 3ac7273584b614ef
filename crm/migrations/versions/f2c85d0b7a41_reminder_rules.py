"""Reminder rules, what each was the cause of, and where it was enough

Revision ID: f2c85d0b7a41
Revises: c4e7a90b15d2
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "f2c85d0b7a41"
down_revision = "c4e7a90b15d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_rules()
    op.create_table(
        "reminder_grade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        _key("reminder_grade", "rule_id", "reminder_rule"),
        _key("reminder_grade", "grade_id", "option"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_grade")),
        sa.UniqueConstraint("rule_id", "grade_id", name=op.f("uq_reminder_grade_rule_id_grade_id")),
    )
    op.create_table(
        "reminder_firing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("since", crm.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("at", crm.base.UTCDateTime(timezone=True), nullable=False),
        _key("reminder_firing", "rule_id", "reminder_rule"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_firing")),
        sa.UniqueConstraint(
            "rule_id", "record_kind", "record_id", "cause",
            name=op.f("uq_reminder_firing_rule_id_record_kind_record_id_cause"),
        ),
    )  # fmt: skip
    with op.batch_alter_table("task") as table:
        table.add_column(sa.Column("firing_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            table.f("fk_task_firing_id"), "reminder_firing", ["firing_id"], ["id"]
        )
        table.create_unique_constraint(table.f("uq_task_firing_id"), ["firing_id"])
    _create_enoughs()


def _create_rules() -> None:
    op.create_table(
        "reminder_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("activity_kind_id", sa.Integer(), nullable=True),
        sa.Column("date_field", sa.String(length=60), nullable=True),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("due_in", sa.Integer(), nullable=False),
        sa.Column("remind_before", sa.JSON(), nullable=False),
        sa.Column("taker", sa.String(length=40), nullable=False),
        sa.Column("taker_role", sa.String(length=40), nullable=True),
        sa.Column("taker_person_id", sa.Integer(), nullable=True),
        sa.Column("on_since", crm.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("gone_through_on", sa.Date(), nullable=True),
        sa.Column("created_at", crm.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", crm.base.UTCDateTime(timezone=True), nullable=False),
        sa.Column("trashed_at", crm.base.UTCDateTime(timezone=True), nullable=True),
        sa.Column("trashed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "counts_from IS NULL OR on_since IS NOT NULL",
            name=op.f("ck_reminder_rule_counts_while_on"),
        ),
        _key("reminder_rule", "activity_kind_id", "option"),
        _key("reminder_rule", "taker_person_id", "user"),
        _key("reminder_rule", "trashed_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
    )


def _create_enoughs() -> None:
    op.create_table(
        "reminder_enough",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", crm.base.UTCDateTime(timezone=True), nullable=False),
        _key("reminder_enough", "rule_id", "reminder_rule"),
        _key("reminder_enough", "task_id", "task"),
        _key("reminder_enough", "by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_enough")),
        sa.UniqueConstraint(
            "rule_id", "record_kind", "record_id",
            name=op.f("uq_reminder_enough_rule_id_record_kind_record_id"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_reminder_enough_task_id"), "reminder_enough", ["task_id"])


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("reminder_enough")
    with op.batch_alter_table("task") as table:
        table.drop_constraint(table.f("uq_task_firing_id"), type_="unique")
        table.drop_constraint(table.f("fk_task_firing_id"), type_="foreignkey")
        table.drop_column("firing_id")
    op.drop_table("reminder_firing")
    op.drop_table("reminder_grade")
    op.drop_table("reminder_rule")
