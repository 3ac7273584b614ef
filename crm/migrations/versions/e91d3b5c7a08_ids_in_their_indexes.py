"""PostgreSQL reads what a rep sees from indexes alone; on SQLite every index has the ids

Revision ID: e91d3b5c7a08
Revises: c5f0a97e2b64
"""

from alembic import op

revision = "e91d3b5c7a08"
down_revision = "c5f0a97e2b64"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_customer_owner_id", "customer", ["owner_id"]),
    ("ix_deal_owner_id_deal_customer_id", "deal", ["owner_id", "customer_id"]),
    ("ix_deal_customer_id", "deal", ["customer_id"]),
)


def upgrade() -> None:
    _make_anew(postgresql_include=["id"])


def downgrade() -> None:
    _make_anew()


def _make_anew(**options: list[str]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, table, columns in INDEXES:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns, **options)
