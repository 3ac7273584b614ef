"""Two workers look at the same rules: what one makes the other does not."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import ReminderFiring, ReminderRule, Task
from crm.queries.reminder_rules.causes import Cause, causes, due_now
from crm.queries.reminder_rules.making import make_tasks, make_tasks_by_rules
from tests.at_once import beside, do
from tests.cast import Cast
from tests.conftest import NOON
from tests.reminder_rules import after_visit, on, visited
from tests.waiting import PATIENCE


def due(cast: Cast) -> tuple[ReminderRule, list[Cause]]:
    rule = db.session.scalars(select(ReminderRule)).one()
    return rule, causes(rule, due_now(rule), most=10)


def make_all(cast: Cast) -> None:
    make_tasks(*due(cast))


def prepare() -> None:
    cast = Cast()
    on(after_visit(cast, 3), cast, also_due=True)
    for _each in range(3):
        visited(cast, cast.sigma, NOON.date() - timedelta(days=3))


def tasks_made() -> int:
    db.session.expire_all()
    firings = db.session.scalar(select(func.count(ReminderFiring.id)))
    assert firings == db.session.scalar(
        select(func.count(Task.id)).where(Task.firing_id.is_not(None))
    )
    return firings or 0


def test_who_finds_the_same_causes_at_once_waits_and_makes_none_of_them(app: Flask) -> None:
    with app.app_context():
        prepare()
        rule, found = due(Cast())
        make_tasks(rule, found[:2])
        db.session.flush()
        with beside(app, make_all) as other:
            db.session.commit()
            other.result(PATIENCE)
        assert tasks_made() == 3


def test_the_second_worker_leaves_alone_a_rule_that_the_first_goes_through(app: Flask) -> None:
    with app.app_context():
        prepare()
        make_tasks_by_rules()
        db.session.commit()
        do(app, lambda _cast: make_tasks_by_rules())
        assert tasks_made() == 3
