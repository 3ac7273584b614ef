"""Repayments have a day, and a way back by a counter-entry

Revision ID: a6c41f92d8b0
Revises: f7c2d8e4a915
"""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from crm.base import Money, UTCDateTime

revision = "a6c41f92d8b0"
down_revision = "f7c2d8e4a915"
branch_labels = None
depends_on = None

BELOW_0 = (
    "CASE WHEN takes_back_id IS NULL THEN amount > 0 AND reason IS NULL"
    " ELSE amount < 0 AND reason IS NOT NULL AND claim_id IS NULL END"
)
SETTLEMENT = sa.table(
    "settlement",
    sa.column("id", sa.Integer),
    sa.column("claim_id", sa.Integer),
    sa.column("at", UTCDateTime),
    sa.column("settled_on", sa.Date),
    sa.column("amount", Money),
    sa.column("takes_back_id", sa.Integer),
)
EVENT = sa.table(
    "event",
    sa.column("id", sa.Integer),
    sa.column("action", sa.String),
    sa.column("particulars", sa.JSON),
)


def upgrade() -> None:
    op.add_column("settlement", sa.Column("settled_on", sa.Date(), nullable=True))
    op.add_column("settlement", sa.Column("takes_back_id", sa.Integer(), nullable=True))
    op.add_column("settlement", sa.Column("reason", sa.String(length=300), nullable=True))
    _date_what_is_settled()
    with op.batch_alter_table("settlement") as table:
        table.alter_column("settled_on", existing_type=sa.Date(), nullable=False)
        table.drop_constraint(table.f("ck_settlement_amount_positive"), type_="check")
        table.create_check_constraint(table.f("ck_settlement_counter_entry_below_0"), BELOW_0)
        table.create_unique_constraint(table.f("uq_settlement_takes_back_id"), ["takes_back_id"])
        table.create_foreign_key(
            table.f("fk_settlement_takes_back_id"), "settlement", ["takes_back_id"], ["id"]
        )


def _date_what_is_settled() -> None:
    """What a claim settled is of the day of its payment; what came back, of when it was entered."""
    op.execute(
        "UPDATE settlement SET settled_on = (SELECT batch.paid_on FROM payment_batch AS batch"
        " JOIN expense_claim AS claim ON claim.payment_batch_id = batch.id"
        " WHERE claim.id = settlement.claim_id)"
    )
    connection = op.get_bind()
    zone = connection.scalar(sa.text("SELECT timezone FROM company")) or "Asia/Shanghai"
    undated = sa.select(SETTLEMENT.c.id, SETTLEMENT.c.at).where(SETTLEMENT.c.settled_on.is_(None))
    for id, at in connection.execute(undated).all():
        day = at.astimezone(ZoneInfo(zone)).date()
        connection.execute(SETTLEMENT.update().where(SETTLEMENT.c.id == id).values(settled_on=day))


def downgrade() -> None:
    """What was taken back never came back, for a program that knows no counter-entries."""
    _forget_what_was_taken_back()
    with op.batch_alter_table("settlement") as table:
        table.drop_constraint(table.f("fk_settlement_takes_back_id"), type_="foreignkey")
        table.drop_constraint(table.f("uq_settlement_takes_back_id"), type_="unique")
        table.drop_constraint(table.f("ck_settlement_counter_entry_below_0"), type_="check")
        for name in ("settled_on", "takes_back_id", "reason"):
            table.drop_column(name)
        table.create_check_constraint(table.f("ck_settlement_amount_positive"), "amount > 0")
    _tell_repayments_as_before()


def _forget_what_was_taken_back() -> None:
    connection = op.get_bind()
    counter = sa.select(SETTLEMENT.c.id, SETTLEMENT.c.takes_back_id)
    pairs = connection.execute(counter.where(SETTLEMENT.c.takes_back_id.is_not(None))).all()
    for pair in pairs:
        for id in pair:
            connection.execute(SETTLEMENT.delete().where(SETTLEMENT.c.id == id))


def _tell_repayments_as_before() -> None:
    connection, action = op.get_bind(), EVENT.c.action
    connection.execute(EVENT.delete().where(action == "advance:repayment_taken_back"))
    for id, told in connection.execute(
        sa.select(EVENT.c.id, EVENT.c.particulars).where(action == "advance:repaid")
    ).all():
        before = {name: told[name] for name in ("amount", "currency")}
        connection.execute(
            EVENT.update().where(EVENT.c.id == id).values(
                action="advance:settled", particulars=before | {"by_what": told["reference"]}
            )
        )  # fmt: skip
