"""Approval flows with versions and steps, delegations, comments; parts of a request in turn

Revision ID: c7d2f4a91b63
Revises: c1e7a94d20b6
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from crm.base import Money, UTCDateTime

revision = "c7d2f4a91b63"
down_revision = "c1e7a94d20b6"
branch_labels = None
depends_on = None

IS_FALLBACK = sa.text("is_fallback")
ASSIGNMENT, REQUEST = "approval_assignment", "approval_request"


def upgrade() -> None:
    _make_flows()
    _make_delegations_and_comments()
    _widen_requests()
    _widen_assignments()
    op.add_column("user", sa.Column("approval_limit", Money(), nullable=True))
    _plant_the_fallback()


def _make_flows() -> None:
    op.create_table(
        "approval_flow",
        _id(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_fallback", sa.Boolean(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        *_labels(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "NOT is_fallback OR retired_at IS NULL", name=op.f("ck_approval_flow_fallback_stays")
        ),
        *_constraints("approval_flow"),
    )
    op.create_index(
        "uq_approval_flow_fallback", "approval_flow", ["kind"], unique=True,
        sqlite_where=IS_FALLBACK, postgresql_where=IS_FALLBACK,
    )  # fmt: skip
    op.create_table(
        "flow_version",
        _id(),
        _key("flow_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        _key("by_id", nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        *_constraints("flow_version", flow_id="approval_flow", by_id="user"),
    )
    _index("flow_version", "flow_id", "number", unique=True)
    op.create_table(
        "approval_step",
        _id(),
        _key("version_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("approver", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _key("team_id", nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("user_ids", sa.JSON(), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("own", sa.String(length=40), nullable=False),
        sa.Column("remind_hours", sa.Integer(), nullable=True),
        sa.Column("escalate_hours", sa.Integer(), nullable=True),
        *_labels(),
        sa.CheckConstraint("level >= 1", name=op.f("ck_approval_step_level_positive")),
        *_constraints("approval_step", version_id="flow_version", team_id="team"),
    )
    _index("approval_step", "version_id", "position", unique=True)


def _make_delegations_and_comments() -> None:
    op.create_table(
        "delegation",
        _id(),
        _key("user_id"),
        _key("delegate_id"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_delegation_days_in_order")),
        sa.CheckConstraint("user_id <> delegate_id", name=op.f("ck_delegation_to_somebody_else")),
        *_constraints("delegation", user_id="user", delegate_id="user"),
    )
    _index("delegation", "user_id", "first", "last")
    _index("delegation", "delegate_id")
    op.create_table(
        "approval_comment",
        _id(),
        _key("request_id"),
        _key("by_id"),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_constraints("approval_comment", request_id=REQUEST, by_id="user"),
    )
    _index("approval_comment", "request_id")


def _widen_requests() -> None:
    op.add_column(
        REQUEST, sa.Column("facts", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    # In one statement, which both databases understand: SQLite adds no constraint later on.
    op.execute(
        "ALTER TABLE approval_request ADD COLUMN version_id INTEGER"
        " CONSTRAINT fk_approval_request_version_id REFERENCES flow_version (id)"
    )
    op.execute(
        "ALTER TABLE approval_request ADD COLUMN step_id INTEGER"
        " CONSTRAINT fk_approval_request_step_id REFERENCES approval_step (id)"
    )
    _index(REQUEST, "version_id")
    _index(REQUEST, "step_id")


def _widen_assignments() -> None:
    op.execute(
        "ALTER TABLE approval_assignment ADD COLUMN step_id INTEGER"
        " CONSTRAINT fk_approval_assignment_step_id REFERENCES approval_step (id)"
    )
    op.execute(
        "ALTER TABLE approval_assignment ADD COLUMN in_place_of_id INTEGER"
        ' CONSTRAINT fk_approval_assignment_in_place_of_id REFERENCES "user" (id)'
    )
    _index(ASSIGNMENT, "step_id")
    for column in (
        sa.Column("turn", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("why", sa.String(length=40), nullable=False, server_default="step"),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("release", sa.String(length=40), nullable=True),
    ):
        op.add_column(ASSIGNMENT, column)
    # Until now everybody was asked at once; what was closed before they decided is settled.
    op.execute("UPDATE approval_assignment SET asked_at = created_at")
    op.execute(
        "UPDATE approval_assignment SET release = 'settled', released_at ="
        " (SELECT closed_at FROM approval_request WHERE approval_request.id = request_id)"
        " WHERE decided_at IS NULL AND request_id IN"
        " (SELECT id FROM approval_request WHERE closed_at IS NOT NULL)"
    )


def _plant_the_fallback() -> None:
    """What was so far: the claimant's superior decides. A new database is planted by ``seed``."""
    connection = op.get_bind()
    if not connection.execute(sa.text("SELECT 1 FROM company")).first():
        return
    now = datetime.now(UTC)
    flow = connection.execute(
        _table("approval_flow").insert().values(
            kind="expense_claim", position=0, is_fallback=True, label_zh="上级审批",
            label_en="Superior decides", version=1, created_at=now, updated_at=now,
        )
    ).inserted_primary_key[0]  # fmt: skip
    version = connection.execute(
        _table("flow_version").insert().values(flow_id=flow, number=1, at=now, conditions=[])
    ).inserted_primary_key[0]
    connection.execute(
        _table("approval_step").insert().values(
            version_id=version, position=1, conditions=[], approver="manager", level=1,
            user_ids=[], mode="any", own="up", remind_hours=24, label_zh="上级审批",
            label_en="Superior",
        )
    )  # fmt: skip


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), nullable=False)


def _key(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _labels() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
    )


def _constraints(table: str, **keys: str) -> list[sa.Constraint]:
    foreign = [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in keys.items()
    ]
    return [*foreign, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _index(table: str, *columns: str, unique: bool = False) -> None:
    # Of several columns each is named with its table, as the models' convention has it.
    name = columns[0] if len(columns) == 1 else f"_{table}_".join(columns)
    op.create_index(op.f(f"ix_{table}_{name}"), table, list(columns), unique=unique)


def downgrade() -> None:
    op.execute("DELETE FROM event WHERE action LIKE 'approval%' OR action LIKE 'delegation:%'")
    op.execute(
        "DELETE FROM outgoing_mail WHERE kind IN ('approval_commented', 'approval_reminder')"
    )
    for table, column in (
        (ASSIGNMENT, "step_id"), (REQUEST, "version_id"), (REQUEST, "step_id"),
    ):  # fmt: skip
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table, columns in (
        (ASSIGNMENT, ("step_id", "in_place_of_id", "turn", "why", "asked_at", "reminded_at",
                      "released_at", "release")),
        (REQUEST, ("version_id", "step_id", "facts")),
        ("user", ("approval_limit",)),
    ):  # fmt: skip
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    for table in ("approval_comment", "delegation", "approval_step", "flow_version",
                  "approval_flow"):  # fmt: skip
        op.drop_table(table)
