"""The database's schema: which one it has, and bringing it to the newest."""

from __future__ import annotations

import logging

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade as run_migrations

from crm import paid_guard, search_index
from crm.extensions import db


class NewerSchema(Exception):
    """The database was made by a newer program; ``revision`` is unknown to this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


def current_revision() -> str | None:
    """The revision the database has; ``None`` when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision this program was written for."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def is_current() -> bool:
    """Whether the database has the newest schema."""
    return current_revision() == newest_revision()


def upgrade() -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the revision before and after.

    What holds what is paid is put in its place even if there is nothing else to do.

    :raises NewerSchema: before anything is touched.
    """
    before = current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if before is not None and before not in known:
        raise NewerSchema(before)
    newest = newest_revision()
    if before != newest:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        run_migrations(revision=newest)
        search_index.renew()
    with db.engine.begin() as connection:
        paid_guard.ensure(connection)
    return before, newest


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(current_app.extensions["migrate"].directory)
