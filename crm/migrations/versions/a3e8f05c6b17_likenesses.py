"""Likenesses

Revision ID: a3e8f05c6b17
Revises: 7d41c90be2aa
"""

import sqlalchemy as sa
from alembic import op

from crm.likenesses import LikenessKind, likenesses

revision = "a3e8f05c6b17"
down_revision = "7d41c90be2aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "likeness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*(kind.value for kind in LikenessKind), name="likenesskind",
                    native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("record_kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness")),
    )  # fmt: skip
    op.create_index(op.f("ix_likeness_kind_likeness_value"), "likeness", ["kind", "value"])
    op.create_index(
        op.f("ix_likeness_record_kind_likeness_record_id"), "likeness", ["record_kind", "record_id"]
    )
    rows = [
        {"kind": kind.value, "value": value[:200], "record_kind": noun, "record_id": record_id}
        for noun, record_id, found in _recognised()
        for kind, value in sorted(found)
    ]
    if rows:
        op.get_bind().execute(sa.insert(table), rows)


def _recognised():
    connection = op.get_bind()
    customer = sa.table("customer", *map(sa.column, ("id", "name", "phone", "website")))
    contact = sa.table("contact", *map(sa.column, ("id", "phone", "mobile", "email")))
    for row in connection.execute(sa.select(customer)).all():
        found = likenesses(name=row.name, phones=(row.phone,), website=row.website)
        yield "customer", row.id, found
    for row in connection.execute(sa.select(contact)).all():
        found = likenesses(phones=(row.phone, row.mobile), emails=(row.email,))
        yield "contact", row.id, found


def downgrade() -> None:
    op.drop_table("likeness")
