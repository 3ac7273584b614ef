"""The Flask extensions, created unbound and joined to the application in one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy import Executable, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from crm.base import Base

LANGUAGES = {"zh": "中文", "en": "English"}

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})
migrate = Migrate()
login = LoginManager()
csrf = CSRFProtect()
htmx = Htmx()
babel = Babel()
mail = Mail()
compress = Compress()

# Whether the transaction about to begin may write. SQLite takes its write lock when a transaction
# begins (BEGIN IMMEDIATE), because one that upgrades later can fail at once; readers must not.
reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


def init_app(app: Flask) -> None:
    """Bind every extension to ``app``."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=f"{app.root_path}/migrations", render_as_batch=True)
    login.init_app(app)
    app.extensions["body_limits"] = {}
    app.before_request(_begin_reading_or_writing)
    app.before_request(_limit_body)
    csrf.init_app(app)
    htmx.init_app(app)
    babel.init_app(app, locale_selector=choose_language, timezone_selector=choose_timezone)
    mail.init_app(app)
    compress.init_app(app)


def add_first(row: Any) -> bool:
    """Add ``row`` unless one with its keys is there; whether it was added.

    Of several who add the same at once one is first; nothing else of the transaction is undone.
    """
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def _limit_body() -> None:
    """Set a blueprint's own limit for uploads, before the check of the token reads the body."""
    limit = current_app.extensions["body_limits"].get(request.blueprint)
    if limit is not None and current_user.is_authenticated:
        request.max_content_length = limit


def _begin_reading_or_writing() -> None:
    reading_only.set(request.method in {"GET", "HEAD", "OPTIONS"})


@contextmanager
def only_reading() -> Iterator[None]:
    """Inside, nobody is kept waiting: what is begun there takes no write lock.

    The transaction before it is given up, and so is the one inside: before it nothing may have
    been written, and what was read is read again when it is needed.
    """
    db.session.rollback()
    token = reading_only.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        reading_only.reset(token)


def note_aside(*statements: Executable) -> None:
    """Write something small beside a request that only reads: that something was used, or tried.

    While somebody writes for long, an import perhaps, it is not noted.
    """
    token = reading_only.set(False)
    try:
        with db.engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)
    except OperationalError as error:
        current_app.logger.info("not noted: %s", error.orig)
    finally:
        reading_only.reset(token)


def prepare_engine(engine: Engine) -> None:
    """Give SQLite connections the settings that make concurrent writers safe.

    PostgreSQL is told not to compile its plans: that takes a second where the answer takes 20 ms.
    """
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def _on_connect_postgresql(connection: Any, _record: Any) -> None:
            connection.execute("SET jit = off")
            connection.commit()

    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=15000",
            "journal_mode=wal",
            "synchronous=full",
            "foreign_keys=on",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")


def choose_language() -> str:
    """The mail's or user's language, else the browser's, else Chinese."""
    if "language" in g:
        return str(g.language)
    if not has_request_context():
        return "zh"
    if current_user and current_user.is_authenticated and current_user.language:
        return str(current_user.language)
    return browser_language()


def browser_language() -> str:
    """What was chosen in this browser, else what it asks for, else Chinese."""
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else "zh"


def choose_timezone() -> str:
    """The mail reader's or user's zone, else the company's."""
    from crm.models.company import Company

    if "timezone" in g:
        return str(g.timezone)
    if (
        has_request_context()
        and current_user
        and current_user.is_authenticated
        and current_user.timezone
    ):
        return str(current_user.timezone)
    return Company.current().timezone
