"""Payments of several claims, bank accounts, and closed books

Revision ID: b3d70c5e9a14
Revises: a8c5e1f40d92
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from crm.base import Money, UTCDateTime

revision = "b3d70c5e9a14"
down_revision = "a8c5e1f40d92"
branch_labels = None
depends_on = None

PAID_WITH_A_BATCH = "(state = 'paid') = (payment_batch_id IS NOT NULL)"
CLAIM = sa.table(
    "expense_claim",
    sa.column("id", sa.Integer),
    sa.column("claimant_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("base_amount", Money),
    sa.column("paid_at", UTCDateTime),
    sa.column("paid_by_id", sa.Integer),
    sa.column("payment_reference", sa.String),
    sa.column("payment_batch_id", sa.Integer),
)


def upgrade() -> None:
    batch, payout = _add_tables()
    op.add_column("expense_claim", sa.Column("payment_batch_id", sa.Integer(), nullable=True))
    _pay_each_by_itself(batch, payout)
    with op.batch_alter_table("expense_claim") as table:
        table.drop_constraint(table.f("fk_expense_claim_paid_by_id"), type_="foreignkey")
        for name in ("payment_reference", "paid_by_id", "paid_at"):
            table.drop_column(name)
        table.create_foreign_key(
            table.f("fk_expense_claim_payment_batch_id"), "payment_batch",
            ["payment_batch_id"], ["id"],
        )  # fmt: skip
        table.create_check_constraint(
            table.f("ck_expense_claim_paid_with_a_batch"), PAID_WITH_A_BATCH
        )
    op.create_index(
        op.f("ix_expense_claim_payment_batch_id"), "expense_claim", ["payment_batch_id"]
    )
    for name, length in (("bank_name", 120), ("bank_account", 60)):
        op.add_column("user", sa.Column(name, sa.String(length=length), nullable=True))
    op.add_column("company", sa.Column("books_closed_until", sa.Date(), nullable=True))
    op.add_column(
        "option",
        sa.Column("account_code", sa.String(length=40), nullable=False, server_default=""),
    )


def _add_tables() -> tuple[Any, Any]:
    batch = op.create_table(
        "payment_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("total", Money(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_payment_batch_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
    )
    op.create_index(
        op.f("ix_payment_batch_paid_on_payment_batch_id"), "payment_batch", ["paid_on", "id"]
    )
    payout = op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("bank_name", sa.String(length=120), nullable=True),
        sa.Column("bank_account", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batch.id"], name=op.f("fk_payout_batch_id")
        ),
        sa.ForeignKeyConstraint(["payee_id"], ["user.id"], name=op.f("fk_payout_payee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("batch_id", "payee_id", name=op.f("uq_payout_batch_id_payee_id")),
    )
    return batch, payout


def _pay_each_by_itself(batch: Any, payout: Any) -> None:
    """What was paid so far was paid claim by claim: each was a payment of its own."""
    connection = op.get_bind()
    zone = connection.scalar(sa.text("SELECT timezone FROM company")) or "Asia/Shanghai"
    paid = sa.select(CLAIM).where(CLAIM.c.state == "paid")
    for claim in connection.execute(paid.order_by(CLAIM.c.paid_at, CLAIM.c.id)).all():
        at = claim.paid_at or datetime.now(UTC)
        batch_id = connection.scalar(
            batch.insert().returning(batch.c.id),
            {
                "paid_on": at.astimezone(ZoneInfo(zone)).date(),
                "reference": claim.payment_reference,
                "by_id": claim.paid_by_id or claim.claimant_id,
                "total": claim.base_amount,
                "created_at": at,
                "updated_at": at,
            },
        )
        connection.execute(
            payout.insert(),
            {"batch_id": batch_id, "payee_id": claim.claimant_id, "amount": claim.base_amount},
        )
        connection.execute(
            CLAIM.update().where(CLAIM.c.id == claim.id).values(payment_batch_id=batch_id)
        )


def downgrade() -> None:
    op.add_column("expense_claim", sa.Column("paid_by_id", sa.Integer(), nullable=True))
    op.add_column("expense_claim", sa.Column("paid_at", UTCDateTime(), nullable=True))
    op.add_column("expense_claim", sa.Column("payment_reference", sa.String(120), nullable=True))
    op.execute(
        "UPDATE expense_claim SET paid_by_id = batch.by_id, paid_at = batch.created_at,"
        " payment_reference = batch.reference"
        " FROM payment_batch AS batch WHERE batch.id = payment_batch_id"
    )
    op.drop_index(op.f("ix_expense_claim_payment_batch_id"), "expense_claim")
    with op.batch_alter_table("expense_claim") as table:
        table.drop_constraint(table.f("ck_expense_claim_paid_with_a_batch"), type_="check")
        table.drop_constraint(table.f("fk_expense_claim_payment_batch_id"), type_="foreignkey")
        table.drop_column("payment_batch_id")
        table.create_foreign_key(
            table.f("fk_expense_claim_paid_by_id"), "user", ["paid_by_id"], ["id"]
        )
    op.drop_table("payout")
    op.drop_table("payment_batch")
    op.drop_column("user", "bank_account")
    op.drop_column("user", "bank_name")
    op.drop_column("company", "books_closed_until")
    op.drop_column("option", "account_code")
