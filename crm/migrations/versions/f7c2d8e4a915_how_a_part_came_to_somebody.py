"""How a part came to who stands in, beside why it is asked; how many must agree, kept as it began

Revision ID: f7c2d8e4a915
Revises: e2b7c94f1d06
"""

import sqlalchemy as sa
from alembic import op

revision = "f7c2d8e4a915"
down_revision = "e2b7c94f1d06"
branch_labels = None
depends_on = None

CAME_BY = """
    UPDATE approval_assignment SET came_by = why WHERE why IN ('delegate', 'escalated', 'left')
"""
# What the others of the step, found together with it, say; of one that stands alone nothing more
# is known than that the step asked for it.
WHY_AT_FIRST = """
    UPDATE approval_assignment SET why = CASE
        WHEN is_added THEN 'added'
        WHEN step_id IS NULL THEN 'administrator'
        ELSE coalesce((
            SELECT min(beside.why) FROM approval_assignment AS beside
            WHERE beside.request_id = approval_assignment.request_id
            AND beside.step_id = approval_assignment.step_id
            AND beside.why IN ('administrator', 'above_claimant')
        ), 'step')
    END WHERE came_by IS NOT NULL
"""
MODE = """
    UPDATE approval_request SET mode = CASE
        WHEN step_id IS NULL OR EXISTS (
            SELECT 1 FROM approval_assignment AS part
            WHERE part.request_id = approval_request.id
            AND part.step_id = approval_request.step_id
            AND part.why = 'administrator'
        ) THEN 'any'
        ELSE (SELECT step.mode FROM approval_step AS step
              WHERE step.id = approval_request.step_id)
    END
"""


def upgrade() -> None:
    op.add_column("approval_assignment", sa.Column("came_by", sa.String(40), nullable=True))
    op.execute(CAME_BY)
    op.execute(WHY_AT_FIRST)
    op.add_column(
        "approval_request",
        sa.Column("mode", sa.String(40), nullable=False, server_default="any"),
    )
    op.execute(MODE)


def downgrade() -> None:
    op.drop_column("approval_request", "mode")
    op.execute("UPDATE approval_assignment SET why = came_by WHERE came_by IS NOT NULL")
    op.drop_column("approval_assignment", "came_by")
