"""Mails of decisions: of every kind of document, not of claims alone

Revision ID: a4e8c1d07f35
Revises: d9a3e6b08c52
"""

from alembic import op

revision = "a4e8c1d07f35"
down_revision = "d9a3e6b08c52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE outgoing_mail SET kind = 'request_decided' WHERE kind = 'claim_decided'")


def downgrade() -> None:
    op.execute("UPDATE outgoing_mail SET kind = 'claim_decided' WHERE kind = 'request_decided'")
