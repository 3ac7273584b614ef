"""Rules of pipelines, deals in full, what they promised, and quotas

Revision ID: f1a6c83d2e57
Revises: e91d3b5c7a08
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from crm.base import ExactDecimal, Money, UTCDateTime

revision = "f1a6c83d2e57"
down_revision = "e91d3b5c7a08"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL AND trashed_at IS NULL")
SUMMED = ["stage_id", "owner_id", "customer_id", "id", "base_amount", "probability"]
TABLES = ("checklist_tick", "checklist_item", "deal_line", "deal_competitor", "deal_contact",
          "snooze", "expectation", "quota", "source_cost")  # fmt: skip


def upgrade() -> None:
    _add_columns()
    _add_what_belongs_to_deals()
    _add_quotas_and_costs()
    _index_anew()
    _expect()


def _add_columns() -> None:
    # In one statement, which both databases understand: SQLite adds no constraint later on.
    op.execute(
        "ALTER TABLE stage ADD COLUMN retired_into_id INTEGER"
        " CONSTRAINT fk_stage_retired_into_id REFERENCES stage (id)"
    )
    op.execute(
        "ALTER TABLE deal_collaborator ADD COLUMN split SMALLINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_deal_collaborator_split_percent CHECK (split BETWEEN 0 AND 100)"
    )
    for table in ("pipeline", "stage"):
        op.add_column(table, sa.Column("retired_at", UTCDateTime(), nullable=True))
    op.add_column(
        "stage", sa.Column("locks_owner", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "stage",
        sa.Column("required_to_leave", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.add_column("deal", sa.Column("probability_reason", sa.Text(), nullable=True))
    op.add_column("deal", sa.Column("snoozed_until", sa.Date(), nullable=True))


def _add_what_belongs_to_deals() -> None:
    op.create_table(
        "checklist_item",
        _id(),
        _key("stage_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        *_constraints("checklist_item", stage_id="stage"),
    )
    _index("checklist_item", "stage_id", "position")
    op.create_table(
        "checklist_tick",
        _id(),
        _key("deal_id"),
        _key("item_id"),
        sa.Column("at", UTCDateTime(), nullable=False),
        _key("by_id", nullable=True),
        *_constraints("checklist_tick", deal_id="deal", item_id="checklist_item", by_id="user"),
        sa.UniqueConstraint("deal_id", "item_id", name=op.f("uq_checklist_tick_deal_id_item_id")),
    )
    _index("checklist_tick", "item_id")
    op.create_table(
        "deal_line",
        _id(),
        _key("deal_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("quantity", ExactDecimal(), nullable=False),
        sa.Column("price", Money(), nullable=False),
        *_constraints("deal_line", deal_id="deal"),
        sa.CheckConstraint("price >= 0", name=op.f("ck_deal_line_price_not_negative")),
    )
    _index("deal_line", "deal_id", "position")
    op.create_table(
        "deal_competitor",
        _id(),
        _key("deal_id"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_constraints("deal_competitor", deal_id="deal"),
        sa.UniqueConstraint("deal_id", "folded", name=op.f("uq_deal_competitor_deal_id_folded")),
    )
    _index("deal_competitor", "folded")
    op.create_table(
        "deal_contact",
        _key("deal_id"),
        _key("contact_id"),
        sa.Column("decision_role", sa.String(length=40), nullable=True),
        *_foreign("deal_contact", deal_id="deal", contact_id="contact"),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name=op.f("pk_deal_contact")),
    )
    _index("deal_contact", "contact_id")
    op.create_table(
        "snooze",
        _id(),
        _key("deal_id"),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        _key("by_id", nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        _key("ended_by_id", nullable=True),
        *_constraints("snooze", deal_id="deal", by_id="user", ended_by_id="user"),
    )
    _index("snooze", "deal_id")
    _index_one_of("uq_snooze_going_on", "snooze", ["deal_id"], "ended_at IS NULL")
    op.create_table(
        "expectation",
        _id(),
        _key("deal_id"),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=True),
        _key("owner_id"),
        _key("pipeline_id"),
        _key("stage_id"),
        sa.Column("base_amount", Money(), nullable=True),
        sa.Column("chance", sa.SmallInteger(), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=True),
        *_constraints("expectation", deal_id="deal", owner_id="user", pipeline_id="pipeline",
                      stage_id="stage"),
    )  # fmt: skip
    _index_one_of("uq_expectation_in_force", "expectation", ["deal_id"], "until_at IS NULL")
    _index("expectation", "deal_id")
    _index("expectation", "expected_close", "from_at")
    _index("expectation", "until_at")


def _add_quotas_and_costs() -> None:
    op.create_table(
        "quota",
        _id(),
        _key("user_id", nullable=True),
        _key("team_id", nullable=True),
        sa.Column("span", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        *_constraints("quota", user_id="user", team_id="team"),
        sa.CheckConstraint("user_id IS NULL OR team_id IS NULL", name=op.f("ck_quota_of_one")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_quota_amount_not_negative")),
    )
    span = ["span", "first"]
    _index_one_of("uq_quota_user", "quota", ["user_id", *span], "user_id IS NOT NULL")
    _index_one_of("uq_quota_team", "quota", ["team_id", *span], "team_id IS NOT NULL")
    _index_one_of("uq_quota_company", "quota", span, "user_id IS NULL AND team_id IS NULL")
    op.create_table(
        "source_cost",
        _id(),
        _key("source_id"),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", Money(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_constraints("source_cost", source_id="option"),
        sa.UniqueConstraint("source_id", "month", name=op.f("uq_source_cost_source_id_month")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_source_cost_amount_not_negative")),
    )


def _index_anew() -> None:
    op.drop_index("ix_deal_open_sums", table_name="deal")
    _index_of_open(
        "ix_deal_open_sums", [*SUMMED, "stage_since", "snoozed_until", "closed_at", "trashed_at"]
    )
    _index_of_open("ix_deal_open_close", ["expected_close", *SUMMED, "closed_at", "trashed_at"])
    op.drop_index(op.f("ix_stage_stay_stage_id"), table_name="stage_stay")
    _index("stage_stay", "stage_id", "entered_at")
    _index("stage_stay", "left_at")
    op.drop_index(op.f("ix_activity_deal_id"), table_name="activity")
    _index("activity", "deal_id", "happened_at")


def _expect() -> None:
    """What deals promised before is not known: from now on it is written down."""
    names = ("id", "owner_id", "pipeline_id", "stage_id", "base_amount", "probability",
             "expected_close", "closed_at", "trashed_at")  # fmt: skip
    deal = sa.table("deal", *map(sa.column, names))
    stage = sa.table("stage", sa.column("id"), sa.column("probability"))
    promised = (
        sa.select(
            deal.c.id, sa.literal(datetime.now(UTC), UTCDateTime()), deal.c.owner_id,
            deal.c.pipeline_id, deal.c.stage_id, deal.c.base_amount,
            sa.func.coalesce(deal.c.probability, stage.c.probability), deal.c.expected_close,
        )
        .join_from(deal, stage, stage.c.id == deal.c.stage_id)
        .where(deal.c.closed_at.is_(None), deal.c.trashed_at.is_(None))
    )  # fmt: skip
    kept = ["deal_id", "from_at", "owner_id", "pipeline_id", "stage_id", "base_amount", "chance",
            "expected_close"]  # fmt: skip
    expectation = sa.table("expectation", *map(sa.column, kept))
    op.get_bind().execute(sa.insert(expectation).from_select(kept, promised))


def downgrade() -> None:
    op.drop_index(op.f("ix_activity_deal_id_activity_happened_at"), table_name="activity")
    op.create_index(op.f("ix_activity_deal_id"), "activity", ["deal_id"])
    op.drop_index(op.f("ix_stage_stay_left_at"), table_name="stage_stay")
    op.drop_index(op.f("ix_stage_stay_stage_id_stage_stay_entered_at"), table_name="stage_stay")
    op.create_index(op.f("ix_stage_stay_stage_id"), "stage_stay", ["stage_id"])
    for name in ("ix_deal_open_close", "ix_deal_open_sums"):
        op.drop_index(name, table_name="deal")
    _index_of_open("ix_deal_open_sums", [*SUMMED, "closed_at", "trashed_at"])
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("deal") as batch:
        batch.drop_column("snoozed_until")
        batch.drop_column("probability_reason")
    with op.batch_alter_table("deal_collaborator") as batch:
        batch.drop_constraint(batch.f("ck_deal_collaborator_split_percent"), type_="check")
        batch.drop_column("split")
    with op.batch_alter_table("stage") as batch:
        batch.drop_constraint(batch.f("fk_stage_retired_into_id"), type_="foreignkey")
        for name in ("retired_into_id", "required_to_leave", "locks_owner", "retired_at"):
            batch.drop_column(name)
    with op.batch_alter_table("pipeline") as batch:
        batch.drop_column("retired_at")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _key(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _foreign(table: str, **keys: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, other in keys.items()
    ]


def _constraints(table: str, **keys: str) -> list[sa.Constraint]:
    return [*_foreign(table, **keys), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _index(table: str, *columns: str) -> None:
    # Of several columns each is named with its table, as the models' convention has it.
    name = columns[0] if len(columns) == 1 else f"_{table}_".join(columns)
    op.create_index(op.f(f"ix_{table}_{name}"), table, list(columns))


def _index_one_of(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _index_of_open(name: str, columns: list[str]) -> None:
    op.create_index(name, "deal", columns, sqlite_where=OPEN, postgresql_where=OPEN)
