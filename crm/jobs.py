"""The worker: carries out the consequences of events, the timetable, and the outgoing mail.

Everything it does is a row that it claims first, works on, and marks as done only then. Any number
of workers share the rows; one that is killed leaves its row to the others when the lease ends.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from crm import clock, mail
from crm.extensions import db
from crm.importers import Disturbed
from crm.importers.work import note_failure, work_on
from crm.models import Event, ImportRun, Job, OutgoingMail
from crm.postman import Undelivered
from crm.reactions import REACTIONS
from crm.timetable import TIMETABLE

log = logging.getLogger(__name__)

# Seconds between two looks while there is nothing to do, and while the database is away.
IDLE, AWAY = 1.0, 5.0
# Events without consequences that are finished in one statement.
BATCH = 1000

Row = TypeVar("Row")


def work(app: Flask, stopping: threading.Event) -> None:
    """Work until ``stopping`` is set; the item under way is finished first."""
    in_step = False
    while not stopping.is_set():
        try:
            # A context for each item: its records, settings and language are its own.
            with app.app_context():
                if not in_step:
                    write_timetable()
                    in_step = True
                pause = 0.0 if run_next() else IDLE
        except OperationalError as error:
            log.error("The database cannot be used: %s", error.orig)
            pause = AWAY
        stopping.wait(pause)


def stop_on(*signals: signal.Signals) -> threading.Event:
    """An event that is set when one of ``signals`` comes; for a process's main thread."""
    stopping = threading.Event()
    for number in signals:
        signal.signal(number, lambda *_: stopping.set())
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


def write_timetable() -> None:
    """Give every entry of the timetable its row; one that got a tighter schedule runs earlier."""
    for name, entry in TIMETABLE.items():
        slot = entry.schedule.after(clock.now())
        job = db.session.get(Job, name)
        if job is None:
            try:
                with db.session.begin_nested():
                    db.session.add(Job(name=name, next_run=slot))
            except IntegrityError:
                log.debug("%s: another worker was faster", name)
        elif slot < job.next_run:
            job.next_run = slot
    db.session.commit()


def _finish_quiet_events() -> int:
    """Most events have no consequences: they are finished by the hundred."""
    quiet = (
        select(Event.id)
        .where(Event.done_at.is_(None), Event.dead_at.is_(None), Event.action.not_in(REACTIONS))
        .limit(BATCH)
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
        for reaction in REACTIONS.get(event.action, ()):
            reaction(event)
        event.finish()
        db.session.commit()
    except Exception as error:
        _give_back(event, error)
    return True


def _run_job() -> bool:
    job = _claim(Job.claim)
    if job is None:
        return False
    entry = TIMETABLE.get(job.name)
    if entry is None:  # an older version's job
        db.session.delete(job)
        db.session.commit()
        return True
    failure = None
    try:
        entry.run()
        db.session.flush()  # a failure must show here, not together with the note about it
    except Exception as error:
        db.session.rollback()
        log.exception("job %s failed", job.name)
        failure = _reason(error)
    job.finish(entry.schedule.after(clock.now()), failure)
    db.session.commit()
    return True


def _send_mail() -> bool:
    letter = _claim(OutgoingMail.claim)
    if letter is None:
        return False
    try:
        letter.delivery = mail.send(letter)
        letter.finish()
        db.session.commit()
    except Undelivered as error:
        log.warning("mail %s to %s: %s", letter.id, letter.to.email, error)
        letter.fail(str(error), for_good=error.for_good)
        db.session.commit()
    except Exception as error:
        _give_back(letter, error)
    return True


def _work_on_import() -> bool:
    run = _claim(ImportRun.claim)
    if run is None:
        return False
    try:
        work_on(run)
    except Disturbed as error:
        _give_back(run, error)
    except Exception as error:
        if (failed := _as_before(run)) is not None:
            log.exception("import %s failed", failed.id)
            note_failure(failed, _reason(error))
            db.session.commit()
    return True


def _claim(claim: Callable[[], Row | None]) -> Row | None:
    """Claim a row; its lease is committed, and everything is read anew from here on."""
    row = claim()
    db.session.commit()
    if row is not None:
        db.session.expire_all()
    return row


def _give_back(row: Any, error: Exception) -> None:
    """Undo what was begun, and try again later."""
    if (failed := _as_before(row)) is not None:
        log.exception("%s %s failed", failed.__tablename__, failed.id)
        failed.fail(_reason(error))
        db.session.commit()


def _as_before(row: Any) -> Any:
    """The row after what was begun is undone; ``None`` if it is gone.

    Nothing of a session can be read whose statement failed until that is undone.
    """
    db.session.rollback()
    return db.session.get(type(row), inspect(row).identity)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
