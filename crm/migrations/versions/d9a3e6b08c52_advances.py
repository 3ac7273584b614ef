"""Advances, and what accounts for them

Revision ID: d9a3e6b08c52
Revises: c7d2f4a91b63
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from crm.base import ExactDecimal, Money, UTCDateTime

revision = "d9a3e6b08c52"
down_revision = "c7d2f4a91b63"
branch_labels = None
depends_on = None

PAID_WITH_A_BATCH = "(state IN ('paid', 'settled')) = (payment_id IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "advance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("claimant_id", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rate", ExactDecimal(), nullable=False),
        sa.Column("base_amount", Money(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_advance_amount_positive")),
        sa.CheckConstraint(PAID_WITH_A_BATCH, name=op.f("ck_advance_paid_with_a_batch")),
        *_keys("advance", claimant_id="user", customer_id="customer", deal_id="deal",
               payment_id="payment_batch"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_advance_claimant_id_advance_state"), "advance", ["claimant_id", "state"]
    )
    for column in ("state", "customer_id", "deal_id", "payment_id"):
        op.create_index(op.f(f"ix_advance_{column}"), "advance", [column])
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_settlement_amount_positive")),
        *_keys("settlement", advance_id="advance", claim_id="expense_claim", by_id="user"),
    )
    for column in ("advance_id", "claim_id"):
        op.create_index(op.f(f"ix_settlement_{column}"), "settlement", [column])
    _plant_the_fallback()


def _keys(table: str, **keys: str) -> list[sa.Constraint]:
    foreign = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in keys.items()
    ]
    return [*foreign, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _plant_the_fallback() -> None:
    """The claimant's superior decides about advances, too. A new database is planted by ``seed``."""
    connection = op.get_bind()
    if not connection.execute(sa.text("SELECT 1 FROM company")).first():
        return
    now = datetime.now(UTC)
    flow = connection.execute(
        _table("approval_flow").insert().values(
            kind="advance", position=0, is_fallback=True, label_zh="上级审批",
            label_en="Superior decides", version=1, created_at=now, updated_at=now,
        )
    ).inserted_primary_key[0]  # fmt: skip
    version = connection.execute(
        _table("flow_version").insert().values(flow_id=flow, number=1, at=now, conditions=[])
    ).inserted_primary_key[0]
    connection.execute(
        _table("approval_step").insert().values(
            version_id=version, position=1, conditions=[], approver="manager", level=1,
            user_ids=[], mode="any", own="up", remind_hours=24, label_zh="上级审批",
            label_en="Superior",
        )
    )  # fmt: skip


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def downgrade() -> None:
    """What was asked for and decided goes with the advances; what was paid stays a payment."""
    requests = "(SELECT id FROM approval_request WHERE document_kind = 'advance')"
    parts = f"(SELECT id FROM approval_assignment WHERE request_id IN {requests})"  # noqa: S608
    _forget_mails()
    for statement in (
        f"DELETE FROM event WHERE subject_kind = 'approval_request' AND subject_id IN {requests}",  # noqa: S608
        "DELETE FROM event WHERE subject_kind = 'advance'",
        f"DELETE FROM approval_token WHERE assignment_id IN {parts}",  # noqa: S608
        f"DELETE FROM approval_comment WHERE request_id IN {requests}",  # noqa: S608
        f"DELETE FROM approval_assignment WHERE request_id IN {requests}",  # noqa: S608
        "DELETE FROM approval_request WHERE document_kind = 'advance'",
        "DELETE FROM approval_step WHERE version_id IN (SELECT v.id FROM flow_version v"
        " JOIN approval_flow f ON f.id = v.flow_id WHERE f.kind = 'advance')",
        "DELETE FROM flow_version WHERE flow_id IN"
        " (SELECT id FROM approval_flow WHERE kind = 'advance')",
        "DELETE FROM approval_flow WHERE kind = 'advance'",
    ):
        op.execute(statement)
    op.drop_table("settlement")
    op.drop_table("advance")


def _forget_mails() -> None:
    """Mails about advances, of whose kinds an older program knows nothing, or that name nothing."""
    connection, mails = op.get_bind(), _table("outgoing_mail")
    parts, requests = _table("approval_assignment"), _table("approval_request")
    of_advances = sa.select(parts.c.id).join(requests, requests.c.id == parts.c.request_id)
    gone = set(connection.scalars(of_advances.where(requests.c.document_kind == "advance")))
    for id, kind, about in connection.execute(
        sa.select(mails.c.id, mails.c.kind, mails.c.particulars)
    ).all():
        if kind == "advance_paid" or about.get("assignment") in gone:
            connection.execute(mails.delete().where(mails.c.id == id))
