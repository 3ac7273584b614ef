"""Notifications, how each reaches its reader, and when mails do

Revision ID: e7a15c0d94b2
Revises: b91e4d7c3f05
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "e7a15c0d94b2"
down_revision = "b91e4d7c3f05"
branch_labels = None
depends_on = None

UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mail_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest_at", sa.Time(), nullable=False, server_default=sa.text("'08:00'")),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("quiet_weekends", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_hours_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_hours")),
        sa.UniqueConstraint("user_id", name=op.f("uq_mail_hours_user_id")),
    )
    op.create_table(
        "notification_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_notification_choice_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_choice")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_notification_choice_user_id_kind")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=60), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("made_at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("read_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_notification_by_id")),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outgoing_mail.id"], name=op.f("fk_notification_mail_id")
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["user.id"], name=op.f("fk_notification_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "reader_id", "kind", "record_kind", "record_id", "cause",
            name=op.f("uq_notification_reader_id_kind_record_kind_record_id_cause"),
        ),
    )  # fmt: skip
    op.create_index(
        op.f("ix_notification_reader_id_notification_made_at"), "notification",
        ["reader_id", "made_at"],
    )  # fmt: skip
    op.create_index(
        op.f("ix_notification_record_kind_notification_record_id"), "notification",
        ["record_kind", "record_id"],
    )  # fmt: skip
    op.create_index(op.f("ix_notification_mail_id"), "notification", ["mail_id"])
    op.create_index(
        "ix_notification_unread", "notification", ["reader_id"], sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )  # fmt: skip


def downgrade() -> None:
    for name in ("notification", "notification_choice", "mail_hours"):
        op.drop_table(name)
