"""Custom fields of customers, contacts and deals

Revision ID: f3a91c27d5e8
Revises: e19b6d4f2c80
"""

import sqlalchemy as sa
from alembic import op

revision = "f3a91c27d5e8"
down_revision = "e19b6d4f2c80"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("section_zh", sa.String(length=80), nullable=False),
        sa.Column("section_en", sa.String(length=80), nullable=False),
        sa.Column("help_zh", sa.String(length=300), nullable=False),
        sa.Column("help_en", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("default", sa.JSON(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
    )
    op.create_index(
        op.f("ix_custom_field_noun_custom_field_position"), "custom_field", ["noun", "position"]
    )
    op.create_table(
        "custom_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name=op.f("fk_custom_choice_field_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_choice")),
    )
    op.create_index(op.f("ix_custom_choice_field_id"), "custom_choice", ["field_id"])
    for noun in ("customer", "contact", "deal"):
        op.add_column(noun, sa.Column("custom", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for noun in ("customer", "contact", "deal"):
        op.drop_column(noun, "custom")
    op.drop_table("custom_choice")
    op.drop_table("custom_field")
