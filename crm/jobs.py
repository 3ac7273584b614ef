"""The worker: carries out the consequences of events, the timetable, and the outgoing mail.

Everything it does is a row that it claims first, works on, and marks as done only then. Any number
of workers share the rows; one that is killed leaves its row to the others when the lease ends.
"""

from __future__ import annotations

import _thread
import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import DBAPIError

from crm import clock, mail
from crm.extensions import add_first, db
from crm.importers import Disturbed
from crm.importers.work import note_failure, work_on
from crm.models import Company, Event, ImportRun, Job, OutgoingMail
from crm.models.leased import Claimed, Leased
from crm.postman import Undelivered
from crm.reactions import REACTIONS
from crm.schedules import Schedule
from crm.timetable import TIMETABLE

log = logging.getLogger(__name__)

# Seconds between two looks while there is nothing to do, and while the database is away.
IDLE, AWAY = 1.0, 5.0
# So long the timetable counts as written.
WRITTEN_FOR = timedelta(hours=1)
# How often it is tried to note that a mail was accepted.
NOTING_TRIES = 3
# Events without consequences that are finished in one statement.
BATCH = 1000

Row = TypeVar("Row")


class Abandoned(Exception):
    """It was claimed more often than it can have failed: each time, the worker ended."""

    def __str__(self) -> str:
        return "the worker ended each time while it was at it"


def work(app: Flask, stopping: threading.Event) -> None:
    """Work until ``stopping`` is set; the item under way is finished first."""
    written: datetime | None = None
    while not stopping.is_set():
        try:
            # A context for each item: its records, settings and language are its own.
            with app.app_context():
                written = keep_timetable(written)
                pause = 0.0 if run_next() else IDLE
        except DBAPIError as error:
            log.error("The database cannot be used: %s", error.orig)
            pause = AWAY
        stopping.wait(pause)


def stop_on(*signals: signal.Signals) -> threading.Event:
    """An event that is set when one of ``signals`` comes; for a process's main thread.

    It is set by another thread: a signal may come while the main thread holds the event's lock,
    and would then wait for itself for ever.
    """
    stopping = threading.Event()
    for number in signals:
        signal.signal(number, lambda *_: _thread.start_new_thread(stopping.set, ()))
    return stopping


def run_once() -> int:
    """Do everything that is due now; returns how much that was."""
    write_timetable()
    count = 0
    while done := run_next():
        count += done
    return count


def run_next() -> int:
    """Do the next thing that is due; returns how many rows it finished or tried, 0 for none.

    Mails come late: a mail server may take long to answer. Imports take longer still.
    """
    return _finish_quiet_events() or _run_event() or _run_job() or _send_mail() or _work_on_import()


def keep_timetable(written: datetime | None) -> datetime:
    """Write the timetable where that was never done, or long ago.

    While an older version's worker still runs beside this one, it deletes the jobs that it does not
    know.

    :returns: when it was written last.
    """
    now = clock.now()
    if written is not None and now - written < WRITTEN_FOR:
        return written
    write_timetable()
    return now


def write_timetable() -> None:
    """Give every entry of the timetable its row, and each row its slot by the schedule and the
    company's clock of now; one that another worker has in hand follows when it is done."""
    name_of_zone = Company.current().timezone
    zone, now = ZoneInfo(name_of_zone), clock.now()
    for name, entry in TIMETABLE.items():
        chosen = select(Job).where(Job.name == name).with_for_update(skip_locked=True)
        job = db.session.scalar(chosen.execution_options(populate_existing=True))
        if job is not None:
            zones = ZoneInfo(job.zone), zone
            job.move(entry.schedule.moved(job.slot, now, zones), name_of_zone)
            continue
        slot = entry.schedule.after(now, zone)
        if not add_first(Job(name=name, slot=slot, next_run=slot, zone=name_of_zone)):
            log.debug("%s: another worker has it", name)
    db.session.commit()


def _follow_the_companys_clock() -> None:
    """Whoever changes the company's time zone moves every slot with it."""
    elsewhere = Job.name.in_(TIMETABLE) & (Job.zone != Company.current().timezone)
    if db.session.scalar(select(Job.name).where(elsewhere).limit(1)) is not None:
        write_timetable()


def _finish_quiet_events() -> int:
    """Most events have no consequences: they are finished by the hundred."""
    quiet = (
        select(Event.id)
        .where(Event.done_at.is_(None), Event.dead_at.is_(None), Event.action.not_in(REACTIONS))
        .order_by(Event.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)  # two workers each finish others
    )
    finished = db.session.execute(
        update(Event)
        .where(Event.id.in_(quiet))
        .values(done_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(finished.rowcount)  # type: ignore[attr-defined]


def _run_event() -> bool:
    event = _claim(Event.claim)
    if event is None:
        return False
    try:
        if _hold(event):
            for reaction in REACTIONS.get(event.action, ()):
                reaction(event)
            event.finish()
        db.session.commit()
    except Exception as error:
        log.exception("%s failed", _named(event))
        _give_back(event, _reason(error))
    return True


def _run_job() -> bool:
    _follow_the_companys_clock()
    job = _claim(Job.claim)
    if job is None:
        return False
    entry = TIMETABLE.get(job.name)
    if entry is None:  # an older version's job
        db.session.delete(job)
        db.session.commit()
        return True
    try:
        if _hold(job):
            entry.run()
            _finish_job(job, entry.schedule)
        db.session.commit()
    except Exception as error:
        log.exception("%s failed", _named(job))
        db.session.rollback()
        if job.hold():
            following = entry.schedule.following(job.slot, clock.now(), ZoneInfo(job.zone))
            job.fail(_reason(error), following)
        db.session.commit()
    return True


def _finish_job(job: Job, schedule: Schedule) -> None:
    now, zone = clock.now(), ZoneInfo(job.zone)
    missed = schedule.missed(job.slot, now, zone)
    if missed:
        log.warning("job %s: one run made up for %s slots more", job.name, missed)
    job.finish(schedule.following(job.slot, now, zone), missed=missed)


def _send_mail() -> bool:
    letter = _claim(OutgoingMail.claim)
    if letter is None:
        return False
    try:
        delivery = _deliver(letter)
    except Undelivered as error:
        log.warning("%s: %s", _named(letter), error)
        _give_back(letter, str(error), for_good=error.for_good)
    except Exception as error:
        log.exception("%s failed", _named(letter))
        _give_back(letter, _reason(error))
    else:
        _note_delivery(letter, delivery)
    return True


def _deliver(letter: OutgoingMail) -> str | None:
    """Send it; returns how, or ``None`` where another worker has it by now."""
    if not _hold(letter):
        return None
    letter.renew()  # so that it outlasts every conversation with a mail server
    return mail.send(letter)


def _note_delivery(letter: OutgoingMail, delivery: str | None) -> None:
    """It is on its way, whoever has its row by now: not to note that would send it once more."""
    if delivery is None:
        db.session.rollback()
        return
    for tries_left in reversed(range(NOTING_TRIES)):
        try:
            letter.delivery = delivery
            letter.finish()
            db.session.commit()
        except DBAPIError:
            db.session.rollback()
            if not tries_left:
                raise
        else:
            return


def _work_on_import() -> bool:
    run = _claim(ImportRun.claim)
    if run is None:
        return False
    try:
        if run.is_abandoned:
            raise Abandoned
        work_on(run)
    except Disturbed as error:
        log.warning("%s is tried again: %s", _named(run), error)
        _give_back(run, _reason(error))
    except Exception as error:
        log.exception("%s failed", _named(run))
        db.session.rollback()
        if run.hold():
            note_failure(run, _reason(error))
        db.session.commit()
    return True


def _claim(claim: Callable[[], Row | None]) -> Row | None:
    """Claim a row; its lease is committed, and everything is read anew from here on."""
    row = claim()
    db.session.commit()
    if row is not None:
        db.session.expire_all()
    return row


def _hold(row: Claimed) -> bool:
    """Hold what was claimed while it is worked on; ``False`` if another worker has it by now.

    :raises Abandoned: workers die of it.
    """
    if row.is_abandoned:
        raise Abandoned
    return row.hold()


def _give_back(row: Leased, reason: str, *, for_good: bool = False) -> None:
    """Undo what was begun, and try again later, unless another worker has it by now.

    Nothing of a session can be read whose statement failed until that is undone.
    """
    db.session.rollback()
    if row.hold():
        row.fail(reason, for_good=for_good)
    db.session.commit()


def _named(row: Claimed) -> str:
    """What the log calls it; known without asking the database, which perhaps cannot be asked."""
    state = inspect(row)
    return f"{state.mapper.local_table.name} {(state.identity or ('?',))[0]}"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
