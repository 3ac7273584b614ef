"""Passages: what is written at records, for searching; and for how long the trash keeps them

Revision ID: b27f90c4e1d8
Revises: f3a91c27d5e8
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from crm.folding import pieces_of, search_text

revision = "b27f90c4e1d8"
down_revision = "f3a91c27d5e8"
branch_labels = None
depends_on = None

# What is found by its name, with the fields that hold what is written at it.
FOUND = {
    "customer": ("note",), "contact": ("note",), "deal": ("next_step",), "task": ("note",),
    "expense_claim": (), "activity": ("summary", "next_step"),
}  # fmt: skip
AT_A_TIME = 2_000


def upgrade() -> None:
    op.add_column(
        "company", sa.Column("trash_days", sa.Integer(), nullable=False, server_default="90")
    )
    passage = op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("search_pieces", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
    )
    for name, noted in FOUND.items():
        is_named = name != "activity"
        names = ("id", *(("search_text", "search_pieces") if is_named else ()), *noted)
        for rows in _in_parts(sa.table(name, *map(sa.column, names))):
            if is_named:
                _cut_anew(sa.table(name, *map(sa.column, names)), rows)
            if found := [text for row in rows if (text := _passage(name, row, noted))]:
                op.get_bind().execute(sa.insert(passage), found)
    op.create_index(
        op.f("ix_passage_record_kind_passage_record_id"), "passage", ["record_kind", "record_id"]
    )


def _in_parts(table: sa.TableClause) -> Iterable[list[sa.Row]]:
    last = 0
    while rows := list(
        op.get_bind().execute(
            sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_A_TIME)
        )
    ):
        yield rows
        last = rows[-1].id


def _cut_anew(table: sa.TableClause, rows: list[sa.Row]) -> None:
    """Pieces of three letters stand beside those of two."""
    op.get_bind().execute(
        table.update()
        .where(table.c.id == sa.bindparam("of"))
        .values(search_pieces=sa.bindparam("pieces")),
        [{"of": row.id, "pieces": " ".join(pieces_of(row.search_text))} for row in rows],
    )


def _passage(kind: str, row: sa.Row, noted: tuple[str, ...]) -> dict[str, object] | None:
    written = search_text(*(getattr(row, name) for name in noted))
    if not written:
        return None
    return {"record_kind": kind, "record_id": row.id, "search_text": written,
            "search_pieces": " ".join(pieces_of(written))}  # fmt: skip


def downgrade() -> None:
    op.drop_table("passage")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS passage_search")
    with op.batch_alter_table("company") as batch:
        batch.drop_column("trash_days")
