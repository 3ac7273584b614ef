"""What the worker has before it: events, mails, the timetable."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from crm import clock
from crm.extensions import db
from crm.formatting import ago, moment
from crm.models import Event, ImportRun, Job, OutgoingMail
from crm.models.leased import Leased
from crm.queries.health.check import Check

# A working worker is never so late.
LATE = timedelta(minutes=10)


class Queue(NamedTuple):
    """How many rows wait, since when the first is due, and how many are given up."""

    waiting: int
    due_at: datetime | None
    dead: int
    last_error: str

    @property
    def oldest(self) -> timedelta:
        """How long the oldest one that waits has been due."""
        return max(clock.now() - self.due_at, timedelta()) if self.due_at else timedelta()

    @property
    def words(self) -> str:
        """How many wait, since when, and how many are given up."""
        found = _("%(waiting)s waiting, %(dead)s given up", waiting=self.waiting, dead=self.dead)
        if self.due_at is None:
            return found
        return _("%(found)s, the oldest due %(when)s", found=found, when=ago(self.due_at))


def queue_of(model: type[Leased]) -> Queue:
    """How the queue of ``model`` stands."""
    waits, is_dead = model.dead_at.is_(None), model.dead_at.is_not(None)
    waiting, due, dead = db.session.execute(
        select(
            func.count().filter(waits), func.min(model.due_at).filter(waits),
            func.count().filter(is_dead),
        ).where(model.done_at.is_(None))  # what was set aside keeps when it was given up
    ).one()  # fmt: skip
    last_error = db.session.scalar(
        select(model.last_error)
        .where(model.done_at.is_(None), model.last_error.is_not(None))
        .order_by(model.dead_at.desc().nulls_last(), model.due_at.desc())
        .limit(1)
    )
    return Queue(waiting, due, dead, last_error or "")


def mail_trouble() -> str | None:
    """What administrators should see while mails do not arrive; ``None`` when they do."""
    queue = queue_of(OutgoingMail)
    if queue.dead:
        given_up = ngettext(
            "%(num)d mail could not be delivered",
            "%(num)d mails could not be delivered",
            queue.dead,
        )
        return _("%(given_up)s: %(reason)s.", given_up=given_up, reason=queue.last_error)
    if queue.last_error:
        return _(
            "Mails are waiting, because of the last attempt: %(reason)s", reason=queue.last_error
        )
    if queue.oldest > LATE:
        return _("Mails are waiting, and no worker sends them. Start crm run, or crm work.")
    return None


def events() -> Check:
    return _queue(_("Events"), queue_of(Event))


def mails() -> Check:
    return _queue(_("Mails"), queue_of(OutgoingMail))


def imports() -> Check:
    return _queue(_("Imports"), queue_of(ImportRun))


def _queue(name: str, queue: Queue) -> Check:
    found = queue.words
    if queue.last_error:
        found = f"{found}: {queue.last_error}"
    if queue.dead:
        return Check.bad(name, found, _("Mend the cause, then run: crm doctor --retry"))
    if queue.oldest > LATE:
        return Check.bad(
            name,
            _(
                "%(found)s; the oldest is %(minutes)s minutes late",
                found=found,
                minutes=int(queue.oldest.total_seconds() // 60),
            ),
            _("No worker runs: start crm run, or crm work."),
        )
    if queue.last_error:
        return Check.warn(name, found, _("It is tried again by itself."))
    return Check.ok(name, found)


def timetable() -> Check:
    name = _("Timetable")
    jobs = db.session.scalars(select(Job).order_by(Job.name)).all()
    if not jobs:
        return Check.warn(name, _("the worker has never run"), _("Start crm run, or crm work."))
    failed = [f"{job.name}: {job.last_error}" for job in jobs if job.last_error]
    if failed:
        return Check.bad(name, "; ".join(failed), _("It is in the worker's log in full."))
    late = [job.next_run for job in jobs if clock.now() - job.next_run > LATE]
    if late:
        found = ngettext("%(num)d job overdue, the first due %(when)s",
                         "%(num)d jobs overdue, the first due %(when)s",
                         len(late), when=ago(min(late)))  # fmt: skip
        return Check.bad(name, found, _("No worker runs: start crm run, or crm work."))
    return Check.ok(name, "; ".join(_run_of(job) for job in jobs))


def _run_of(job: Job) -> str:
    """When it ran last, how long that took, and when it comes next."""
    if job.last_finished_at is None:
        return _("%(job)s not yet, next %(next)s", job=job.name, next=moment(job.next_run))
    return _(
        "%(job)s %(when)s (%(seconds)s s), next %(next)s",
        job=job.name,
        when=ago(job.last_finished_at),
        seconds=round(job.lasted.total_seconds(), 1) if job.lasted is not None else "?",
        next=moment(job.next_run),
    )
