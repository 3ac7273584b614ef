"""Imports: runs, what they made, templates of mappings

Revision ID: b7e2d91c40a6
Revises: b81d4e6f2a07
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "b7e2d91c40a6"
down_revision = "b81d4e6f2a07"
branch_labels = None
depends_on = None

WAITING = sa.text("done_at IS NULL AND dead_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sheet", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("written_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("undone_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("due_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("lease_until", crm.base.UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("dead_at", crm.base.UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_import_run_by_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user.id"], name=op.f("fk_import_run_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(
        "ix_import_run_waiting",
        "import_run",
        ["due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "import_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_entry_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_entry")),
    )
    op.create_index(
        op.f("ix_import_entry_run_id_import_entry_id"), "import_entry", ["run_id", "id"]
    )
    op.create_table(
        "import_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", crm.base.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_import_template_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_template")),
    )
    op.create_index(op.f("ix_import_template_noun"), "import_template", ["noun"])


def downgrade() -> None:
    op.drop_table("import_template")
    op.drop_table("import_entry")
    op.drop_table("import_run")
