"""The kind of the record a passage is at is one of its pieces; tasks and claims stand by name

Revision ID: d3c97f1a52e6
Revises: a81c4e60b7d2
"""

from alembic import op

revision = "d3c97f1a52e6"
down_revision = "a81c4e60b7d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _without_index()
    op.execute("UPDATE passage SET search_pieces = record_kind || ' ' || search_pieces")
    op.create_index("ix_task_sort_name_task_id", "task", ["sort_name", "id"])
    op.create_index(
        "ix_expense_claim_sort_name_expense_claim_id", "expense_claim", ["sort_name", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_expense_claim_sort_name_expense_claim_id", table_name="expense_claim")
    op.drop_index("ix_task_sort_name_task_id", table_name="task")
    op.execute("UPDATE passage SET search_pieces = substr(search_pieces, length(record_kind) + 2)")


def _without_index() -> None:
    """Let the index go, which would follow row by row: it is made anew after every migration."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS ix_passage_search")
        return
    op.execute("DROP TRIGGER IF EXISTS passage_search_insert")
    op.execute("DROP TRIGGER IF EXISTS passage_search_delete")
    op.execute("DROP TRIGGER IF EXISTS passage_search_update")
