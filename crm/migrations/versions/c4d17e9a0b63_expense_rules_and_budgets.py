"""Rules of expenses, and budgets

Revision ID: c4d17e9a0b63
Revises: b3d70c5e9a14
"""

import sqlalchemy as sa
from alembic import op

from crm.base import Money, UTCDateTime

revision = "c4d17e9a0b63"
down_revision = "b3d70c5e9a14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expense_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.Column("effect", sa.String(length=40), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "amount IS NULL OR amount >= 0", name=op.f("ck_expense_rule_amount_not_negative")
        ),
        sa.CheckConstraint(
            "amount IS NOT NULL OR \"check\" IN ('receipt_required', 'customer_required')",
            name=op.f("ck_expense_rule_limit_has_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["option.id"], name=op.f("fk_expense_rule_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_rule")),
    )
    op.create_table(
        "budget",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_budget_customer_id")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_budget_deal_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_budget_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["category_id"], ["option.id"], name=op.f("fk_budget_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
    )
    for name in ("last", "customer_id", "deal_id"):
        op.create_index(op.f(f"ix_budget_{name}"), "budget", [name])
    op.create_index(op.f("ix_expense_item_spent_on"), "expense_item", ["spent_on"])


def downgrade() -> None:
    op.drop_index(op.f("ix_expense_item_spent_on"), table_name="expense_item")
    op.drop_table("budget")
    op.drop_table("expense_rule")
