"""What a reminder rule would make, before it is switched on, and what rules have made so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select

from crm.extensions import db
from crm.models import (
    Company,
    ReminderEnough,
    ReminderFiring,
    ReminderKind,
    ReminderRule,
    Task,
    User,
)
from crm.queries.few import Few
from crm.queries.reminder_rules.causes import Cause, Span, causes, count, due_now
from crm.queries.reminder_rules.making import waits_for_morning
from crm.queries.reminder_rules.takers import Takers
from crm.queries.reminder_rules.texts import known_of, title_of

# How many of the tasks are named.
SHOWN = 50
AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Planned:
    """A task that a rule would make: of which record, what it says, and who is to do it."""

    record: Any
    title: str
    taker: User
    day: date


@dataclass(frozen=True)
class Preview:
    """What a rule would make now, and within the next seven days.

    It is counted of all records; named are those that its reader sees.
    """

    due: Few[Planned]
    # Of that, what falls due today: the other was due before.
    today: int
    # None: nobody can know that now.
    soon: int | None
    # It is made from six in the morning on, not within minutes.
    waits: bool


@dataclass(frozen=True)
class Figures:
    """What became of a rule: how many tasks it made, how they stand, and where it was enough."""

    made: int = 0
    open: int = 0
    done: int = 0
    enough: int = 0


def preview_of(rule: ReminderRule, reader: User) -> Preview:
    """What ``rule`` makes now; of one that is switched off, what it would if all counted."""
    today, span = Company.current().today(), due_now(rule)
    total = count(rule, span)
    takers = Takers(rule)
    seen = causes(rule, span, most=SHOWN, seen_by=reader)
    named = [_planned(rule, cause, takers) for cause in seen]
    is_unknown = rule.kind is ReminderKind.FIRST_CONTACT
    return Preview(
        due=Few(named, total),
        today=count(rule, Span(today, today)),
        soon=None if is_unknown else count(rule, Span(today + timedelta(days=1), today + AHEAD)),
        waits=waits_for_morning(rule),
    )


def made_at_once(rule: ReminderRule, also_due: bool) -> int:
    """How many tasks ``rule`` makes when it is switched on."""
    today = Company.current().today()
    return count(rule, Span(None if also_due else today, today))


def figures_of(rules: Sequence[ReminderRule], user: User) -> dict[int, Figures]:
    """What became of each of ``rules``, by its id: two queries.

    Open and done are the tasks that ``user`` sees: as many as the lists behind them have.
    """
    ids = [rule.id for rule in rules]
    # Of what was purged the firing stays, with no task beside it.
    is_seen = Task.id.is_not(None) & Task.trashed_at.is_(None) & Task.seen_by(user)
    tasks = db.session.execute(
        select(
            ReminderFiring.rule_id, func.count(ReminderFiring.id),
            func.sum(case((is_seen & Task.done_at.is_(None), 1), else_=0)),
            func.sum(case((is_seen & Task.done_at.is_not(None), 1), else_=0)),
        )
        .outerjoin(Task, Task.firing_id == ReminderFiring.id)
        .where(ReminderFiring.rule_id.in_(ids))
        .group_by(ReminderFiring.rule_id)
    )  # fmt: skip
    enough = db.session.execute(
        select(ReminderEnough.rule_id, func.count())
        .where(ReminderEnough.rule_id.in_(ids))
        .group_by(ReminderEnough.rule_id)
    )
    said = {row[0]: row[1] for row in enough}
    found = {row[0]: Figures(row[1], row[2], row[3], said.get(row[0], 0)) for row in tasks}
    return {id: found.get(id, Figures()) for id in ids}


def _planned(rule: ReminderRule, cause: Cause, takers: Takers) -> Planned:
    known = known_of(cause, takers.people.get(cause.owner_id or 0))
    return Planned(cause.record, title_of(rule, known), takers.for_(cause), cause.day)
