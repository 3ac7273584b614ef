"""The schema: what the migrations make is what the models say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from sqlalchemy import inspect, select, text

from crm import jobs, paid_guard, schema
from crm.base import Base
from crm.extensions import db
from crm.models import ApprovalFlow, Delegation, ExpenseClaim, ReminderFiring
from crm.models.approval import Decision
from crm.models.reminder_rule.firing import Fact
from tests.advances import answer, asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, make_item, submitted
from tests.conftest import NOON
from tests.reminder_rules import before

# The head before there were payments, rules, flows and advances.
BEFORE_EXPENSES = "a8c5e1f40d92"
# The head before a date and the same date of a year were one cause of a reminder rule.
BEFORE_ONE_CAUSE = "f2c85d0b7a41"


def test_migrations_make_what_the_models_say(cast: Cast) -> None:
    assert differences() == []


def test_the_way_back_and_forth_again_keeps_what_both_sides_know(cast: Cast) -> None:
    """From a firm that uses everything to the schema before expenses were controlled."""
    everything(cast)
    claims = kept()
    assert len(claims) == 2
    db.session.remove()
    downgrade(revision=BEFORE_EXPENSES)
    assert tables() & {"advance", "payment_batch", "approval_flow", "budget"} == set()
    with db.engine.connect() as connection:
        assert paid_guard.there(connection) == {}
        (paid,) = connection.execute(text(
            "SELECT title, payment_reference FROM expense_claim WHERE state = 'paid'"
        ))  # fmt: skip
    assert tuple(paid) == ("西安出差", "网银 8")
    schema.upgrade()
    assert differences() == []
    assert kept() == claims
    with db.engine.connect() as connection:
        assert paid_guard.are_there(connection)
    claim = db.session.scalars(select(ExpenseClaim).where(ExpenseClaim.title == "西安出差")).one()
    assert claim.payment
    assert claim.payment.reference == "网银 8"
    fallbacks = select(ApprovalFlow.kind).where(ApprovalFlow.is_fallback)
    assert set(db.session.scalars(fallbacks)) == {"expense_claim", "advance"}


def test_a_date_that_was_a_cause_every_year_is_the_cause_that_it_is_without(cast: Cast) -> None:
    rule = before(cast, "contact.birthday", 7, yearly=True)
    causes = ["contact.birthday 2026-06-08 2026", "contact.birthday 1980-06-08 2026", "new"]
    facts = [Fact("contact", at, cause, NOON) for at, cause in enumerate(causes)]
    ReminderFiring.claim(rule, facts)
    db.session.commit()
    db.session.remove()
    downgrade(revision=BEFORE_ONE_CAUSE)
    schema.upgrade()
    kept = db.session.scalars(select(ReminderFiring.cause).order_by(ReminderFiring.id)).all()
    assert kept == ["contact.birthday 2026-06-08", *causes[1:]]


def everything(cast: Cast) -> None:
    """Claims, one of them paid with an advance set off; advances in several states; absences."""
    cast.wang.bank_with("工商银行", "6222", by=cast.wang)
    given_back = handed_out(cast, "100.00")
    for amount in (30, 40):
        given_back.repay(Decimal(amount), "现金", by=cast.fin)
    given_back.take_back(given_back.settlements[0], "打错了", by=cast.fin)
    answer(asked_for(cast), Decision.RETURNED)
    asked_for(cast)
    submitted(cast, make_item(cast, "12.00"), title="等审批")
    claim = decide(submitted(cast, make_item(cast, "300.00"), title="西安出差"), Decision.APPROVED)
    claim.pay("网银 8", by=cast.fin)
    Delegation.begin(cast.li, cast.admin, date(2026, 6, 20), date(2026, 6, 22), by=cast.li)
    db.session.commit()
    jobs.run_once()


def kept() -> list[tuple[Any, ...]]:
    """What claims say, in either schema."""
    rows = db.session.execute(text(
        "SELECT id, title, state, base_amount FROM expense_claim ORDER BY id"
    )).all()  # fmt: skip
    db.session.rollback()  # on SQLite whoever reads in a session keeps all others out
    return [tuple(row) for row in rows]


def tables() -> set[str]:
    with db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def differences() -> list[Any]:
    """What of the schema is another than the models say."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": False, "include_object": lambda _o, name, kind, *_:
                  kind != "index" or not name.endswith("_search")},
        )  # fmt: skip
        return [
            change for change in compare_metadata(context, Base.metadata)
            if not (change[0] == "remove_table" and "_search" in change[1].name)
        ]  # fmt: skip


def test_what_histories_follow_remembers_what_it_was() -> None:
    """Otherwise a relation that was not loaded is recorded as having been empty."""
    forgetful = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.key in getattr(mapper.class_, "TRACKED", ()) and not relation.active_history
    ]
    assert not forgetful
