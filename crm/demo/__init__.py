"""The demo: a firm with a year of history, so that every page has something to show.

All of it is invented. The same day gives the same world: dice are seeded, times are relative.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from crm import seed
from crm.demo import (
    activities,
    advances,
    announcements,
    books,
    budgets,
    customers,
    deals,
    expenses,
    flows,
    imports,
    keeping,
    own_fields,
    papers,
    people,
    pipelines,
    quotas,
    rates,
    reminder_rules,
    rules,
    snoozes,
    source_costs,
    tasks,
    trips,
    views,
)
from crm.demo.world import World
from crm.extensions import db
from crm.models import ApprovalAssignment, ApprovalRequest, Event, OutgoingMail


def build(today: date) -> None:
    """Fill an empty database with the demo world as it is on ``today``; the caller commits."""
    seed.plant(name=people.FIRM, is_demo=True)
    world = World(today)
    people.hire(world)
    rates.enter(world)
    trips.grant(world)
    rules.lay_down(world)
    customers.register(world)
    lives = deals.live(world)
    own_fields.keep(world)
    activities.log(world, lives)
    tasks.hand_out(world, lives)
    expenses.claim(world, lives)
    flows.lay_down(world)
    papers.file(world, lives)
    views.save(world)
    imports.bring_in(world)
    keeping.keep(world)
    quotas.plan(world)
    snoozes.agree(world)
    source_costs.enter(world)
    pipelines.set_up(world)
    trips.claim(world)
    budgets.plan(world)
    advances.ask(world)
    books.keep(world)
    announcements.put_up(world)
    reminder_rules.lay_down(world)
    _settle_the_past()


def _settle_the_past() -> None:
    """Leave the worker only the mails whose approval is still waited for."""
    db.session.flush()
    db.session.execute(update(Event).where(Event.done_at.is_(None)).values(done_at=Event.at))
    waiting = set(db.session.scalars(
        select(ApprovalAssignment.id)
        .join(ApprovalAssignment.request)
        .where(ApprovalAssignment.decided_at.is_(None), ApprovalRequest.closed_at.is_(None))
    ))  # fmt: skip
    for mail in db.session.scalars(select(OutgoingMail).where(OutgoingMail.done_at.is_(None))):
        if mail.particulars.get("assignment") not in waiting:
            mail.done_at, mail.delivery = mail.created_at, "demo"
