"""tasks and claims are found by pinyin"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm.folding import search_text

revision = "c89b71e6e3bd"
down_revision = "e637a624783e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("expense_claim", "task"):
        # With a default in the database SQLite adds the column where it is; otherwise the whole
        # table would be written anew.
        op.add_column(name, sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
        table = sa.table(name, sa.column("id"), sa.column("title"), sa.column("search_text"))
        rows = connection.execute(sa.select(table.c.id, table.c.title)).all()
        filled = [{"row": id, "text": search_text(title)} for id, title in rows]
        if filled:
            update = table.update().where(table.c.id == sa.bindparam("row"))
            connection.execute(update.values(search_text=sa.bindparam("text")), filled)
