"""Costs that rates of the firm's grant, payees, and bills shared among customers

Revision ID: c1e7a94d20b6
Revises: c4d17e9a0b63
"""

import sqlalchemy as sa
from alembic import op

from crm.base import ExactDecimal, UTCDateTime

revision = "c1e7a94d20b6"
down_revision = "c4d17e9a0b63"
branch_labels = None
depends_on = None

DIGEST = "ix_attachment_digest"


def upgrade() -> None:
    op.create_table(
        "expense_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind <> 'receipt'", name=op.f("ck_expense_rate_kind_computed")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["option.id"], name=op.f("fk_expense_rate_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_rate")),
    )
    op.create_table(
        "expense_rate_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expense_rate_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["expense_rate_id"],
            ["expense_rate.id"],
            name=op.f("fk_expense_rate_grant_expense_rate_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_rate_grant")),
        sa.UniqueConstraint(
            "expense_rate_id",
            "valid_from",
            name=op.f("uq_expense_rate_grant_expense_rate_id_valid_from"),
        ),
    )
    # In one statement, which both databases understand: SQLite adds no constraint later on.
    op.execute(
        "ALTER TABLE expense_item ADD COLUMN expense_rate_id INTEGER"
        " CONSTRAINT fk_expense_item_expense_rate_id REFERENCES expense_rate (id)"
    )
    for column in (
        sa.Column("kind", sa.String(length=40), nullable=False, server_default="receipt"),
        sa.Column("quantity", ExactDecimal(), nullable=True),
        sa.Column("unit_amount", ExactDecimal(), nullable=True),
        sa.Column("payee", sa.String(length=200), nullable=True),
        sa.Column("split_of", sa.Integer(), nullable=True),
    ):
        op.add_column("expense_item", column)
    op.create_index(DIGEST, "attachment", ["digest"])


def downgrade() -> None:
    op.drop_index(DIGEST, table_name="attachment")
    # The key goes with its column.
    for name in ("split_of", "payee", "unit_amount", "quantity", "kind", "expense_rate_id"):
        op.drop_column("expense_item", name)
    op.drop_table("expense_rate_grant")
    op.drop_table("expense_rate")
