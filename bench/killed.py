"""The worker that ``bench.kills`` kills: it is made once, and forked from that for every run."""

from __future__ import annotations

from datetime import time
from multiprocessing.connection import Connection

from sqlalchemy import select

from bench.post import READER
from crm import create_app, jobs
from crm.extensions import db
from crm.models import MailKind, OutgoingMail, User
from crm.schedules import Daily
from crm.timetable import Entry

app = create_app()


def write_a_mail() -> None:
    """What the timetable does here."""
    reader = db.session.scalars(select(User).where(User.username == READER)).one()
    OutgoingMail.enqueue(MailKind.INVITATION, reader, by=reader.id)


def have_one_job() -> None:
    """The timetable of this process has nothing but one mail a day."""
    jobs.TIMETABLE.clear()
    jobs.TIMETABLE["write_a_mail"] = Entry(write_a_mail, Daily(time(0, 0)))


def work(ready: Connection) -> None:
    """Say that it begins, and work until killed."""
    have_one_job()
    jobs.IDLE = 0.02
    ready.send("begun")
    jobs.work(app, jobs.stop_on())
