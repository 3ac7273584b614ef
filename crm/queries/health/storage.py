"""The database, its schema and who can sign in."""

from __future__ import annotations

import sqlite3

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, text

from crm import schema
from crm.extensions import db
from crm.models import Role, User, UserRole
from crm.queries.health.check import Check

# Before this version a checkpoint can lose the write-ahead log's newest part (the WAL-reset bug).
SQLITE_SOUND = (3, 51, 3)


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
