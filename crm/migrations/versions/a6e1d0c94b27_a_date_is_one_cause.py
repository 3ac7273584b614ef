"""A date is one cause of a reminder rule, whether or not the rule says that it comes every year

Revision ID: a6e1d0c94b27
Revises: f2c85d0b7a41
"""

from alembic import op

revision = "a6e1d0c94b27"
down_revision = "f2c85d0b7a41"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """``contact.birthday 2026-06-08 2026`` → ``contact.birthday 2026-06-08``: the date itself."""
    op.execute(
        """
        UPDATE reminder_firing SET cause = substr(cause, 1, length(cause) - 5)
        WHERE cause LIKE '%.% ____-__-__ ____'
          AND substr(cause, length(cause) - 14, 4) = substr(cause, length(cause) - 3)
          AND NOT EXISTS (
            SELECT 1 FROM reminder_firing AS other
            WHERE other.rule_id = reminder_firing.rule_id
              AND other.record_kind = reminder_firing.record_kind
              AND other.record_id = reminder_firing.record_id
              AND other.cause = substr(reminder_firing.cause, 1, length(reminder_firing.cause) - 5)
          )
        """
    )


def downgrade() -> None:
    """What is one cause stays one."""
