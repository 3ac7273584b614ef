"""The public pool, and who looked after a customer

Revision ID: e19b6d4f2c80
Revises: a3e8f05c6b17
"""

import sqlalchemy as sa
from alembic import op

import crm.base

revision = "e19b6d4f2c80"
down_revision = "a3e8f05c6b17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("company", sa.Column("pool_limit", sa.Integer(), nullable=True))
    op.add_column(
        "company",
        sa.Column("pool_rest_days", sa.Integer(), nullable=False, server_default="30"),
    )
    op.create_table(
        "pool_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grade_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grade_id"], ["option.id"], name=op.f("fk_pool_rule_grade_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_rule")),
        sa.UniqueConstraint("grade_id", name=op.f("uq_pool_rule_grade_id")),
    )
    op.create_table(
        "pool_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("returns_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_pool_warning_customer_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_pool_warning_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_warning")),
    )
    op.create_index(
        op.f("ix_pool_warning_customer_id_pool_warning_at"), "pool_warning", ["customer_id", "at"]
    )
    op.create_index(
        op.f("ix_pool_warning_owner_id_pool_warning_at"), "pool_warning", ["owner_id", "at"]
    )
    ownership = op.create_table(
        "ownership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("began_at", crm.base.UTCDateTime(), nullable=False),
        sa.Column("ended_at", crm.base.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_ownership_customer_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_ownership_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership")),
    )
    op.create_index(
        op.f("ix_ownership_customer_id_ownership_began_at"), "ownership",
        ["customer_id", "began_at"],
    )  # fmt: skip
    op.create_index(
        op.f("ix_ownership_owner_id_ownership_ended_at"), "ownership", ["owner_id", "ended_at"]
    )
    # Who owned a customer before this was written down is not known: since it was entered.
    customer = sa.table("customer", *map(sa.column, ("id", "owner_id", "created_at")))
    op.get_bind().execute(
        sa.insert(ownership).from_select(
            ["customer_id", "owner_id", "began_at"],
            sa.select(customer.c.id, customer.c.owner_id, customer.c.created_at).where(
                customer.c.owner_id.is_not(None)
            ),
        )
    )


def downgrade() -> None:
    for name in ("ownership", "pool_warning", "pool_rule"):
        op.drop_table(name)
    with op.batch_alter_table("company") as batch:
        batch.drop_column("pool_rest_days")
        batch.drop_column("pool_limit")
