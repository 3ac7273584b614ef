"""Reminder rules for tests: one of each kind, and the worker's next look."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    Customer,
    OptionList,
    ReminderGrade,
    ReminderKind,
    ReminderRule,
    Task,
)
from crm.queries.reminder_rules.making import make_tasks_by_rules
from tests.cast import Cast

NINE = time(9)


def at(day: date, hour: time = NINE) -> None:
    """Let it be that time of the company's clock."""
    zone = ZoneInfo(Company.current().timezone)
    clock.set_to(datetime.combine(day, hour, tzinfo=zone).astimezone(UTC))


def silence(cast: Cast, days: int = 30, **more: Any) -> ReminderRule:
    """No contact for so many days, with customers without a grade."""
    grades = [ReminderGrade(grade=None, days=days)]
    return rule(cast, ReminderKind.SILENCE, title="联系{customer}", grades=grades, **more)


def after_visit(cast: Cast, days: int = 3, **more: Any) -> ReminderRule:
    """So many days after a visit."""
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    return rule(cast, ReminderKind.ACTIVITY, title="回访{customer}", days=days,
                activity_kind=visit, **more)  # fmt: skip


def before(cast: Cast, field: str, days: int = 7, **more: Any) -> ReminderRule:
    """So many days before a date."""
    return rule(cast, ReminderKind.DATE, title="{name}：{date}", days=days, date_field=field,
                **more)  # fmt: skip


def first_call(cast: Cast, hours: int = 24, **more: Any) -> ReminderRule:
    """A new customer is called within so many hours."""
    return rule(cast, ReminderKind.FIRST_CONTACT, title="首次联系{customer}", hours=hours, **more)


def rule(cast: Cast, kind: ReminderKind, **said: Any) -> ReminderRule:
    """A rule that is switched off."""
    said = {"name": str(kind), "remind_before": [], **said}
    made = ReminderRule(kind=kind, **said)
    ReminderRule.add(made, by=cast.admin)
    db.session.commit()
    return made


def on(rule: ReminderRule, cast: Cast, *, also_due: bool = False) -> ReminderRule:
    """The same, switched on."""
    rule.switch_on(by=cast.admin, also_due=also_due)
    db.session.commit()
    return rule


def look() -> list[str]:
    """What the worker makes at its next look."""
    before = set(db.session.scalars(select(Task.id)))
    make_tasks_by_rules()
    db.session.commit()
    db.session.expire_all()
    made = select(Task).where(Task.firing_id.is_not(None)).order_by(Task.id)
    return [task.title for task in db.session.scalars(made) if task.id not in before]


def visited(cast: Cast, customer: Customer, on: date, kind: str = "Visit") -> Activity:
    """Wang was there at nine."""
    zone = ZoneInfo(Company.current().timezone)
    activity = Activity(
        customer=customer, kind=cast.option(OptionList.ACTIVITY_KIND, kind), summary="谈了",
        happened_at=datetime.combine(on, NINE, tzinfo=zone),
    )  # fmt: skip
    Activity.log(activity, by=cast.wang)
    db.session.commit()
    return activity
