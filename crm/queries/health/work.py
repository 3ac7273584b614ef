"""What the worker has before it, did and could not do, as an administrator looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Event, ImportRun, Job, OutgoingMail
from crm.models.leased import Leased
from crm.policies import LARGEST_KEY
from crm.queries.health.queues import Queue, queue_of

# How many that failed are shown; the others come after them.
SHOWN = 100
# Of each kind of row, what stands in an address or a form for it.
FAILING: dict[str, type[Leased]] = {"mail": OutgoingMail, "event": Event}


@dataclass(frozen=True)
class Work:
    """The queues by name, the jobs by when they come, and the rows that failed, by kind."""

    queues: dict[str, Queue]
    jobs: Sequence[Job]
    mails: Sequence[OutgoingMail]
    events: Sequence[Event]

    @property
    def has_failed(self) -> bool:
        return bool(self.mails or self.events or any(job.last_error for job in self.jobs))


def work() -> Work:
    """How it stands now: a fixed number of queries."""
    queues: dict[str, type[Leased]] = {
        _("Events"): Event, _("Mails"): OutgoingMail, _("Imports"): ImportRun
    }  # fmt: skip
    mails = select(OutgoingMail).where(OutgoingMail.failed()).options(joinedload(OutgoingMail.to))
    events = select(Event).where(Event.failed()).options(joinedload(Event.by))
    return Work(
        {name: queue_of(model) for name, model in queues.items()},
        db.session.scalars(select(Job).order_by(Job.next_run, Job.name)).all(),
        db.session.scalars(mails.order_by(OutgoingMail.id.desc()).limit(SHOWN)).all(),
        db.session.scalars(events.order_by(Event.id.desc()).limit(SHOWN)).all(),
    )


def retry(what: str) -> int:
    """Try again what failed, as soon as a worker is free; returns how many rows.

    :param what: a row, as ``failed_row`` knows it; empty for everything.
    """
    if not what:
        return retry_failed()
    kind, _hyphen, name = what.partition("-")
    if kind == "job":
        return _run_now(Job.name == name) if name.isidentifier() else 0
    row = failed_row(what)
    if row is None:
        return 0
    row.retry()
    return 1


def retry_failed() -> int:
    """Try again everything that was given up, or waits after a failure; returns how many rows."""
    count = _run_now(true())
    for model in FAILING.values():
        chosen = select(model).where(model.failed()).with_for_update(skip_locked=True)
        for row in db.session.scalars(chosen):
            row.retry()
            count += 1
    return count


def failed_row(what: str) -> Leased | None:
    """The row that ``what`` (``mail-12``) names, if it failed and no worker is at it."""
    kind, _hyphen, key = what.partition("-")
    model = FAILING.get(kind)
    if model is None or not (key.isdecimal() and len(key) < 11) or int(key) > LARGEST_KEY:
        return None
    chosen = select(model).where(model.failed(), model.id == int(key))  # type: ignore[attr-defined]
    return db.session.scalar(chosen.with_for_update(skip_locked=True))


def _run_now(which: ColumnElement[bool]) -> int:
    """Those of ``which`` that failed: another one would be run for a slot that is to come."""
    failed = select(Job).where(which, Job.last_error.is_not(None))
    jobs = db.session.scalars(failed.with_for_update(skip_locked=True)).all()
    for job in jobs:
        job.run_now()
    return len(jobs)
