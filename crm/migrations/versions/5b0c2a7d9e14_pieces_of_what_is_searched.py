"""Pieces of what is searched

Revision ID: 5b0c2a7d9e14
Revises: c89b71e6e3bd
"""

import sqlalchemy as sa
from alembic import op

from crm.folding import pieces_of

revision = "5b0c2a7d9e14"
down_revision = "c89b71e6e3bd"
branch_labels = None
depends_on = None

TABLES = ("customer", "contact", "deal", "task", "expense_claim")


def upgrade() -> None:
    for name in TABLES:
        # With a default in the database SQLite adds the column where it is.
        op.add_column(
            name, sa.Column("search_pieces", sa.Text(), nullable=False, server_default="")
        )
        _fill(name)
    if op.get_bind().dialect.name == "postgresql":
        # The first schema left it out: the two tables name each other.
        op.create_foreign_key(op.f("fk_team_head_id"), "team", "user", ["head_id"], ["id"])


def _fill(name: str) -> None:
    records = sa.table(name, sa.column("id"), sa.column("search_text"), sa.column("search_pieces"))
    connection = op.get_bind()
    change = (
        records.update()
        .where(records.c.id == sa.bindparam("of"))
        .values(search_pieces=sa.bindparam("pieces"))
    )
    rows = connection.execute(sa.select(records.c.id, records.c.search_text)).all()
    if rows:
        connection.execute(
            change, [{"of": row.id, "pieces": " ".join(pieces_of(row.search_text))} for row in rows]
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("fk_team_head_id"), "team", type_="foreignkey")
    for name in TABLES:
        with op.batch_alter_table(name) as batch:
            batch.drop_column("search_pieces")
