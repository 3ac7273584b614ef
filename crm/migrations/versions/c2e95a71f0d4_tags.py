"""Tags of customers, contacts and deals

Revision ID: c2e95a71f0d4
Revises: b48f6d13a9c5
"""

import sqlalchemy as sa
from alembic import op

revision = "c2e95a71f0d4"
down_revision = "b48f6d13a9c5"
branch_labels = None
depends_on = None

NOUNS = ("customer", "contact", "deal")


def upgrade() -> None:
    for noun in NOUNS:
        table = f"{noun}_tag"
        op.create_table(
            table,
            sa.Column(f"{noun}_id", sa.Integer(), nullable=False),
            sa.Column("option_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                [f"{noun}_id"], [f"{noun}.id"], name=op.f(f"fk_{table}_{noun}_id")
            ),
            sa.ForeignKeyConstraint(
                ["option_id"], ["option.id"], name=op.f(f"fk_{table}_option_id")
            ),
            sa.PrimaryKeyConstraint(f"{noun}_id", "option_id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_option_id"), table, ["option_id"])


def downgrade() -> None:
    for noun in NOUNS:
        op.drop_table(f"{noun}_tag")
