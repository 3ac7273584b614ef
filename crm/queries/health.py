"""Is everything well? What ``crm doctor`` prints: check after check, each with its remedy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from crm import clock, postman, schema
from crm.extensions import db, reading_only
from crm.formatting import ago, number
from crm.models import Event, Job, OutgoingMail, Role, User, UserRole
from crm.models.leased import Leased

# Before this version a checkpoint can lose the write-ahead log's newest part (the WAL-reset bug).
SQLITE_SOUND = (3, 51, 3)
LITTLE_SPACE, NO_SPACE = 1_000_000_000, 200_000_000
# A working worker is never so late.
LATE = timedelta(minutes=10)


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """What was looked at and found; ``remedy`` says how to mend what is not ok."""

    name: str
    level: Level
    found: str
    remedy: str = ""

    @classmethod
    def ok(cls, name: str, found: str) -> Check:
        return cls(name, Level.OK, found)

    @classmethod
    def warn(cls, name: str, found: str, remedy: str) -> Check:
        return cls(name, Level.WARN, found, remedy)

    @classmethod
    def bad(cls, name: str, found: str, remedy: str) -> Check:
        return cls(name, Level.BAD, found, remedy)


class Queue(NamedTuple):
    """How many rows wait, since when the first is due, and how many are given up."""

    waiting: int
    oldest: timedelta
    dead: int
    last_error: str


def checks() -> list[Check]:
    """Everything there is to check; without the database, what can be checked without it."""
    token = reading_only.set(True)  # whatever else goes on, looking must not wait for it
    try:
        found = [database(), schema_revision()]
        if found[-1].level is Level.OK:  # without its schema, nothing more can be asked
            found += [check() for check in IN_DATABASE]
    except DBAPIError as error:
        found = [
            Check.bad(
                _("Database"),
                str(error.orig).strip().splitlines()[0],
                _("Look at CRM_DATABASE_URL, and whether the database runs."),
            )
        ]
    finally:
        db.session.rollback()  # no transaction stays open while a mail server takes its time
        reading_only.reset(token)
    return found + [check() for check in OUTSIDE]


def queue_of(model: type[Leased]) -> Queue:
    """How the queue of ``model`` stands."""
    waiting, due = db.session.execute(
        select(func.count(), func.min(model.due_at)).where(
            model.done_at.is_(None), model.dead_at.is_(None)
        )
    ).one()
    dead = db.session.scalar(select(func.count()).where(model.dead_at.is_not(None))) or 0
    last_error = db.session.scalar(
        select(model.last_error)
        .where(model.done_at.is_(None), model.last_error.is_not(None))
        .order_by(model.due_at.desc())
        .limit(1)
    )
    late = max(clock.now() - due, timedelta()) if due else timedelta()
    return Queue(waiting, late, dead, last_error or "")


def mail_trouble() -> str | None:
    """What administrators should see while mails do not arrive; ``None`` when they do."""
    queue = queue_of(OutgoingMail)
    if queue.dead:
        given_up = ngettext(
            "%(num)d mail could not be delivered",
            "%(num)d mails could not be delivered",
            queue.dead,
        )
        return _(
            "%(given_up)s: %(reason)s. When the cause is mended, run: crm doctor --retry",
            given_up=given_up,
            reason=queue.last_error,
        )
    if queue.last_error:
        return _(
            "Mails are waiting, because of the last attempt: %(reason)s", reason=queue.last_error
        )
    if queue.oldest > LATE:
        return _("Mails are waiting, and no worker sends them. Start crm run, or crm work.")
    return None


def retry_dead() -> int:
    """Try again what was given up; returns how many rows."""
    count = 0
    models: tuple[type[Leased], ...] = (Event, OutgoingMail)
    for model in models:
        for row in db.session.scalars(select(model).where(model.dead_at.is_not(None))):
            row.retry()
            count += 1
    return count


def database() -> Check:
    name = _("Database")
    if db.engine.dialect.name == "sqlite":
        return _sqlite(name)
    version = db.session.scalar(text("SHOW server_version"))
    encoding, ctype = db.session.execute(
        text(
            "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database"
            " WHERE datname = current_database()"
        )
    ).one()
    found = f"PostgreSQL {version}, {encoding}, {ctype}"
    remedy = _("Make the database anew: createdb -E UTF8 -l C.UTF-8 -T template0")
    if encoding != "UTF8":
        return Check.bad(name, found, remedy)
    if ctype in {"C", "POSIX"} or not _is_libc():
        return Check.warn(
            name, _("%(found)s: searches may not find Chinese words", found=found), remedy
        )
    return Check.ok(name, found)


def _is_libc() -> bool:
    """Whether the locale is the C library's; before PostgreSQL 15 there is no other."""
    if int(db.session.scalar(text("SHOW server_version_num"))) < 150000:
        return True
    provider = db.session.scalar(
        text("SELECT datlocprovider::text FROM pg_database WHERE datname = current_database()")
    )
    return provider == "c"


def _sqlite(name: str) -> Check:
    mode = db.session.scalar(text("PRAGMA journal_mode"))
    found = f"SQLite {sqlite3.sqlite_version}, {mode}, {db.engine.url.database}"
    if mode != "wal":
        return Check.bad(
            name, found, _("Put the database on a local disk: the journal must be in WAL mode.")
        )
    if sqlite3.sqlite_version_info < SQLITE_SOUND:
        return Check.warn(
            name,
            found,
            _(
                "Before 3.51.3 a rare fault can lose the last changes in a crash (WAL reset): "
                "use a Python with a newer SQLite, or PostgreSQL."
            ),
        )
    return Check.ok(name, found)


def schema_revision() -> Check:
    name = _("Schema")
    current, newest = schema.current_revision(), schema.newest_revision()
    if current == newest:
        return Check.ok(name, newest)
    found = _(
        "%(current)s, this program needs %(newest)s", current=current or _("empty"), newest=newest
    )
    return Check.bad(name, found, _("Run: crm migrate"))


def users() -> Check:
    name = _("Users")
    active = User.active().order_by(None).subquery()
    count = db.session.scalar(select(func.count()).select_from(active)) or 0
    found = ngettext("%(num)d active user", "%(num)d active users", count)
    if count == 0:
        return Check.warn(name, found, _("Open the set-up address that crm run prints."))
    administrators = select(UserRole).where(
        UserRole.user_id == active.c.id, UserRole.role == Role.ADMINISTRATOR
    )
    if not db.session.scalar(select(administrators.exists())):
        return Check.bad(
            name, _("%(found)s, no administrator", found=found), _("Make one: crm user")
        )
    return Check.ok(name, found)


def events() -> Check:
    return _queue(_("Events"), queue_of(Event))


def mails() -> Check:
    return _queue(_("Mails"), queue_of(OutgoingMail))


def _queue(name: str, queue: Queue) -> Check:
    found = _("%(waiting)s waiting, %(dead)s given up", waiting=queue.waiting, dead=queue.dead)
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
    found = "; ".join(
        f"{job.name} {ago(job.last_finished_at) if job.last_finished_at else _('not yet')}"
        for job in jobs
    )
    failed = [f"{job.name}: {job.last_error}" for job in jobs if job.last_error]
    if failed:
        return Check.bad(name, "; ".join(failed), _("It is in the worker's log in full."))
    if any(clock.now() - job.next_run > LATE for job in jobs):
        return Check.bad(name, found, _("No worker runs: start crm run, or crm work."))
    return Check.ok(name, found)


def mail_server() -> Check:
    """Connects, encrypts and signs in, but sends nothing."""
    name = _("Mail server")
    config = current_app.config
    if not config["SMTP_HOST"]:
        return Check.warn(
            name,
            _("none: mails land in %(folder)s", folder=_instance() / "mail"),
            _("Set CRM_SMTP_HOST."),
        )
    address = f"{config['SMTP_HOST']}:{config['SMTP_PORT']} ({config['SMTP_SECURITY']})"
    try:
        with postman.Connection():
            return Check.ok(name, address)
    except postman.TROUBLE as error:
        return Check.bad(
            name,
            f"{address}: {postman.explain(error)}",
            _("Look at the CRM_SMTP_* settings, and whether the server is reachable."),
        )


def base_url() -> Check:
    name, address = _("Address"), current_app.config["BASE_URL"]
    parts = urlsplit(address)
    if parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return Check.warn(
            name,
            _("%(address)s: links in mails work on this machine only", address=address),
            _("Set CRM_BASE_URL to the address that people use."),
        )
    if parts.scheme != "https":
        return Check.warn(
            name,
            _("%(address)s: passwords travel unencrypted", address=address),
            _("Put a reverse proxy with a certificate in front; set CRM_BASE_URL to https."),
        )
    return Check.ok(name, address)


def instance_folder() -> Check:
    name, folder = _("Folder"), _instance()
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check.bad(
            name,
            _("%(folder)s cannot be written", folder=folder),
            _("Make it belong to the user that runs crm."),
        )
    if stat.S_IMODE(folder.stat().st_mode) & stat.S_IRWXO:
        return Check.warn(
            name,
            _("%(folder)s: every user of this machine can look into it", folder=folder),
            f"chmod o-rwx {folder}",
        )
    return Check.ok(name, str(folder))


def secret_key() -> Check:
    name, path = _("Secret key"), _instance() / "secret_key"
    if not path.exists():
        return Check.ok(name, "CRM_SECRET_KEY")
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        return Check.bad(name, _("%(path)s can be read by others", path=path), f"chmod 600 {path}")
    return Check.ok(name, str(path))


def disk() -> Check:
    name, free = _("Disk"), shutil.disk_usage(_instance()).free
    found = _("%(size)s GB free", size=number(round(Decimal(free) / 10**9, 1)))
    remedy = _("Make room where CRM_INSTANCE lies.")
    if free < NO_SPACE:
        return Check.bad(name, found, remedy)
    if free < LITTLE_SPACE:
        return Check.warn(name, found, remedy)
    return Check.ok(name, found)


def _instance() -> Path:
    return Path(current_app.config["INSTANCE"])


IN_DATABASE: tuple[Callable[[], Check], ...] = (users, events, mails, timetable)
OUTSIDE: tuple[Callable[[], Check], ...] = (
    mail_server,
    base_url,
    instance_folder,
    secret_key,
    disk,
)
