"""Kills workers: ``python -m bench.kills [--database postgresql] [--runs 300] [--workers 2]``.

In each run, tasks are given, mails are written and a slot of the timetable comes; workers begin,
and are killed by SIGKILL at a random moment, or just when the mail server has a mail or has taken
it. The server accepts, is slow, is busy, refuses, drops the line after the text, or never answers.
In the end everything must have happened once, and every mail have arrived; only a mail that the
server took and no worker could note may have arrived twice, under the same Message-ID.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from multiprocessing.process import BaseProcess
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, or_, select, update

from bench.places import Place, two_places
from bench.post import READER, Manner, Post
from bench.world import SEED
from crm import clock, create_app, jobs, schema
from crm.extensions import db
from crm.models import Event, Job, MailKind, Notification, OutgoingMail, Task, User
from crm.models.leased import Leased
from tests.cast import write_cast

MAILS, TASKS = 3, 2
# Seconds: the longest that a worker lives, which is about as long as it takes for all of it.
LONGEST_LIFE = 1.2
# How often a kill waits for a moment at the mail server rather than for the clock.
AT_SERVER = 0.5
QUEUES: tuple[type[Leased], ...] = (Event, OutgoingMail)


@dataclass
class Tally:
    """What the runs came to."""

    runs: int = 0
    kills: int = 0
    # Message-IDs that the server had taken and no worker had noted when one was killed.
    in_doubt: set[str] = field(default_factory=set)
    # The slot at which the timetable begins; each run brings the next one forward.
    first_slot: datetime | None = None


def main() -> None:
    """Exit code 1 if anything was lost, or doubled where it must not be."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with two_places(given.database) as (place, _other):
        sys.exit(0 if prove(place, runs=given.runs, workers=given.workers) else 1)


def prove(place: Place, *, runs: int, workers: int) -> bool:
    """Whether nothing was lost and nothing doubled; prints the figures."""
    dice, post, tally, began = Random(SEED), Post(), Tally(), time.monotonic()
    os.environ |= place.environment | post.environment
    place.instance.mkdir(exist_ok=True)
    app = create_app()
    with app.app_context():
        schema.upgrade()
        write_cast()
        db.session.remove()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.killed"])
    for _ in range(runs):
        give_work(app, tally)
        post.manner = dice.choice(list(Manner))
        tally.runs += 1
        tally.kills += kill_in_time(context, post, dice, workers)
        with app.app_context():
            tally.in_doubt |= not_noted() & post.taken.keys()
            let_leases_end()
    post.manner = Manner.ACCEPTS
    with app.app_context():
        do_the_rest()
        found = verdict(post, tally)
    post.close()
    print(f"{runs} runs, {tally.kills} workers killed, {time.monotonic() - began:.0f} s")
    for what, figure in found.items():
        print(f"{what:<60} {figure:>6}")
    return not any(figure for what, figure in found.items() if what.startswith("!"))


def give_work(app: Flask, tally: Tally) -> None:
    """Tasks that people are told of, mails, and a slot of the timetable."""
    with app.app_context():
        people = {user.username: user for user in db.session.scalars(select(User))}
        for at in range(TASKS):
            task = Task(title=f"回访 {at}", due_on=date(2026, 6, 18), assignee=people["zhao"])
            Task.add(task, by=people["wang"])
        for _ in range(MAILS):
            OutgoingMail.enqueue(MailKind.INVITATION, people["li"], by=people["admin"].id)
        for job in db.session.scalars(select(Job)):
            tally.first_slot = tally.first_slot or job.slot
            job.run_now()
        db.session.commit()


def kill_in_time(context: Any, post: Post, dice: Random, workers: int) -> int:
    """Start workers and kill them all; returns how many."""
    started = [start(context) for _ in range(workers)]
    moment = dice.choice(list(post.moments)) if dice.random() < AT_SERVER else None
    stop = threading.Event() if moment is None else post.moments[moment]
    stop.clear()
    stop.wait(dice.uniform(0, LONGEST_LIFE))
    for process in started:
        os.kill(process.pid or 0, signal.SIGKILL)
    for process in started:
        process.join()
    post.settle()
    return len(started)


def start(context: Any) -> BaseProcess:
    """A worker that has begun."""
    from bench.killed import work

    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=work, args=(theirs,), daemon=True)
    process.start()
    ours.recv()
    return process


def not_noted() -> set[str]:
    """The Message-IDs of the mails of which the outbox does not know that they are on their way."""
    chosen = select(OutgoingMail).where(OutgoingMail.done_at.is_(None))
    return {mail.message_id for mail in db.session.scalars(chosen)}


def let_leases_end() -> None:
    """As if two minutes had gone by, and some of what was put off were due."""
    for model in (*QUEUES, Job):
        db.session.execute(update(model).values(lease_until=None))
    db.session.commit()


def do_the_rest() -> None:
    """What a worker does that nobody kills, once everything is due; what was given up as well."""
    from bench.killed import have_one_job

    have_one_job()
    while True:
        for model in QUEUES:
            for row in db.session.scalars(select(model).where(model.failed())):
                row.retry()
            waiting = model.done_at.is_(None)
            db.session.execute(update(model).where(waiting).values(due_at=clock.now()))
        db.session.commit()
        if not jobs.run_once():
            return


def slots_gone(tally: Tally) -> int:
    """How many days the timetable, which runs once a day, went on."""
    (slot,) = db.session.scalars(select(Job.slot)).all()
    assert tally.first_slot is not None
    return (slot - tally.first_slot).days


def verdict(post: Post, tally: Tally) -> dict[str, int]:
    """The figures; what begins with ``!`` must be 0."""
    mails = db.session.scalars(select(OutgoingMail)).all()
    sent = {mail.message_id for mail in mails if mail.delivery == "smtp"}
    doubled = {key for key, times in post.taken.items() if times > 1}
    told = Counter(db.session.scalars(select(Notification.record_id)))
    tasks = db.session.scalar(select(func.count()).select_from(Task)) or 0
    waiting = or_(Event.done_at.is_(None), Event.dead_at.is_not(None))
    slots = sum(mail.to.username == READER for mail in mails)
    return {
        "mails sent": len(sent),
        "mails that arrived twice, because no worker could note them": len(doubled),
        "events with consequences": tasks,
        "slots of the timetable": slots,
        "! mails lost": len(sent - post.taken.keys()) + sum(not mail.done_at for mail in mails),
        "! mails that arrived twice without need": len(
            doubled - tally.in_doubt - post.dropped),
        "! mails under a Message-ID that the outbox does not know": len(
            post.taken.keys() - {mail.message_id for mail in mails}),
        "! mails that two workers sent at the same time": post.at_once,
        "! slots of the timetable run twice, or not at all": abs(slots - slots_gone(tally)),
        "! events lost": len(db.session.scalars(select(Event.id).where(waiting)).all()),
        "! people told twice, or not at all": sum(
            times != 1 for times in told.values()) + abs(tasks - len(told)),
    }  # fmt: skip


if __name__ == "__main__":
    main()
