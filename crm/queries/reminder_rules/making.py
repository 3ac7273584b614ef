"""The worker makes what is due by reminder rules: each cause once, a few hundred in one go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_

from crm import clock
from crm.extensions import db
from crm.models import Company, Event, ReminderFiring, ReminderKind, ReminderRule, Task
from crm.queries.reminder_rules.causes import Cause, causes, due_now
from crm.queries.reminder_rules.takers import Takers
from crm.queries.reminder_rules.texts import known_of, note_of, title_of

# As many in one go: the transaction stays short, and the others follow a minute later.
AT_ONCE = 500
# When the company's day begins for rules that count days.
BEGINS = time(6, 0)


def make_tasks_by_rules() -> None:
    """Make what is due, at most ``AT_ONCE`` tasks; the worker runs this every minute.

    Rules that count days are gone through once a day of the company, from ``BEGINS`` on: one that
    is not through yet goes on a minute later. Of two workers at once, the second leaves the first
    one's rules alone.
    """
    left = AT_ONCE
    for rule_id in db.session.scalars(_due().with_only_columns(ReminderRule.id)).all():
        rule = db.session.scalar(
            _due().where(ReminderRule.id == rule_id)
            .with_for_update(skip_locked=True).execution_options(populate_existing=True)
        )  # fmt: skip
        if rule is not None and left > 0:
            left -= _go_on(rule, most=left)


def waits_for_morning(rule: ReminderRule) -> bool:
    """Whether what is due by ``rule``, which is on, is made from ``BEGINS`` on, not at once."""
    return db.session.scalar(_due().where(ReminderRule.id == rule.id)) is None


def make_tasks(rule: ReminderRule, due: Sequence[Cause]) -> int:
    """Make the tasks of ``rule`` for those causes that it did not fire for; how many they were."""
    claimed = ReminderFiring.claim(rule, [cause.fact for cause in due])
    if not claimed:
        return 0
    takers = Takers(rule)
    with Event.recorded_together(), Event.coming_from(rule=rule.name):
        for cause in due:
            if cause.fact in claimed:
                Task.add(_task(rule, cause, takers, claimed[cause.fact]), by=None)
    return len(claimed)


def _go_on(rule: ReminderRule, *, most: int) -> int:
    found = causes(rule, due_now(rule), most=most)
    made = make_tasks(rule, found)
    if len(found) < most and rule.kind is not ReminderKind.FIRST_CONTACT:
        rule.note_gone_through(Company.current().today())
    return made


def _due() -> Select[ReminderRule]:
    """The rules that are on and not through for today."""
    now = clock.now().astimezone(ZoneInfo(Company.current().timezone))
    open_today = or_(
        ReminderRule.gone_through_on.is_(None), ReminderRule.gone_through_on < now.date()
    )
    always = ReminderRule.kind == ReminderKind.FIRST_CONTACT
    return ReminderRule.on().where(or_(always, open_today) if now.time() >= BEGINS else always)


def _task(rule: ReminderRule, cause: Cause, takers: Takers, firing_id: int) -> Task:
    owner = takers.people.get(cause.owner_id or 0)
    known = known_of(cause, owner)
    task = Task(
        title=title_of(rule, known), note=note_of(rule, known),
        urgent=rule.urgent, important=rule.important, assignee=takers.for_(cause),
        customer=cause.customer, deal=cause.deal, firing_id=firing_id,
    )  # fmt: skip
    _place(task, rule, cause)
    task.remind(rule.remind_before)
    return task


def _place(task: Task, rule: ReminderRule, cause: Cause) -> None:
    """When it is due: in so many days; a first call at a time, so many hours after."""
    company = Company.current()
    if rule.kind is ReminderKind.FIRST_CONTACT:
        due = cause.fact.since + timedelta(hours=rule.hours or 0)
        local = due.astimezone(ZoneInfo(company.timezone)).replace(second=0, microsecond=0)
        task.due_on, task.due_time = local.date(), local.time()
    else:
        task.due_on = company.today() + timedelta(days=rule.due_in)
