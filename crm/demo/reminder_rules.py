"""The demo firm's reminder rules, as a maker of instruments has them, and what they made so far.

Calibration every year and the third day after a visit are on. Key customers nobody called for a
month wait to be switched on: the page of that rule shows what it would make.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select

from crm.demo.world import SEED, World
from crm.extensions import db
from crm.models import (
    CustomField,
    CustomNoun,
    FieldKind,
    Option,
    OptionList,
    ReminderGrade,
    ReminderKind,
    ReminderRule,
    Task,
    User,
)
from crm.queries.reminder_rules.causes import Span, causes
from crm.queries.reminder_rules.making import make_tasks

# How many tasks each rule that is on has made lately.
MADE = 6


def lay_down(world: World) -> None:
    """Add the rules, and the tasks of the last days."""
    director = next(user for user in world.people.values() if user.is_administrator)
    calibration = _calibration(world, director)
    visits = _visits(director)
    _key_customers(director)
    db.session.flush()
    for rule in (calibration, visits):
        lately = Span(world.today - timedelta(days=10), world.today)
        make_tasks(rule, causes(rule, lately, most=MADE))
        rule.switch_on(by=director, also_due=False)
    _answer()


def _answer() -> None:
    """The last two tasks are done: one comes again, of the other it was enough."""
    made = select(Task).where(Task.firing_id.is_not(None)).order_by(Task.id.desc()).limit(2)
    again, enough = db.session.scalars(made).all()
    for task in (again, enough):
        task.complete(by=task.assignee)
    enough.be_enough(by=enough.assignee)


def _calibration(world: World, director: User) -> ReminderRule:
    field = CustomField(noun=CustomNoun.CUSTOMER, kind=FieldKind.DAY, label_zh="上次校准",
                        label_en="Last calibration")  # fmt: skip
    CustomField.add(field, [], by=director)
    db.session.flush()  # records name the field by its id
    dice = Random(SEED)  # noqa: S311  # the same world every time, no secret
    for place in world.places:
        if dice.random() < 0.5:
            day = world.today - timedelta(days=dice.randint(40, 700))
            place.customer.set_custom(field, day)
    return _add(
        director, ReminderKind.DATE, name="年度校准", title="{客户}：安排年度校准（{日期} 到期）",
        note="联系设备负责人，确认仪表数量和停机时间。", days=30, yearly=True, due_in=7,
        date_field=f"customer.{field.key}", important=True,
    )  # fmt: skip


def _visits(director: User) -> ReminderRule:
    visit = db.session.scalars(
        select(Option).where(Option.list == OptionList.ACTIVITY_KIND, Option.code == "visit")
    ).one()
    return _add(
        director, ReminderKind.ACTIVITY, name="拜访后三天回访", title="回访{客户}",
        note="{日期} 拜访过：资料是否收到，下一步是什么？", days=3, activity_kind=visit,
    )  # fmt: skip


def _key_customers(director: User) -> None:
    key = db.session.scalars(Option.of(OptionList.GRADE)).first()
    _add(
        director, ReminderKind.SILENCE, name="重点客户一个月未联系",
        title="联系{客户}：已 {天数} 天未联系",
        grades=[ReminderGrade(grade=key, days=30)], due_in=2, urgent=True, important=True,
        remind_before=[0],
    )  # fmt: skip


def _add(director: User, kind: ReminderKind, **said: object) -> ReminderRule:
    rule = ReminderRule(kind=kind, **{"remind_before": [], **said})
    return ReminderRule.add(rule, by=director)
