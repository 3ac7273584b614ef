"""Is everything well? What ``crm doctor`` prints: check after check, each with its remedy."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from crm.extensions import db, reading_only
from crm.queries.health import queues, storage, surroundings
from crm.queries.health.check import Check, Level
from crm.queries.health.queues import mail_trouble
from crm.queries.health.work import retry_failed

__all__ = ["Check", "Level", "checks", "mail_trouble", "retry_failed", "troubles"]

IN_DATABASE: tuple[Callable[[], Check], ...] = (
    storage.users, queues.events, queues.mails, queues.imports, queues.timetable,
)  # fmt: skip
OUTSIDE: tuple[Callable[[], Check], ...] = (
    surroundings.mail_server, surroundings.base_url, surroundings.instance_folder,
    surroundings.secret_key, surroundings.disk,
)  # fmt: skip


def troubles() -> list[Check]:
    """What is wrong with the worker's queues: administrators should know without asking."""
    found = (queues.events(), queues.mails(), queues.timetable())
    return [check for check in found if check.level is Level.BAD]


def checks() -> list[Check]:
    """Everything there is to check; without the database, what can be checked without it."""
    token = reading_only.set(True)  # whatever else goes on, looking must not wait for it
    try:
        found = [storage.database(), storage.schema_revision()]
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
