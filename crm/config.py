"""Every setting, read from ``CRM_*`` environment variables, one documented line each."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingError(Exception):
    """A setting cannot be used; the message says which and why, in one line."""


class Setting(NamedTuple):
    """One ``CRM_*`` variable: how it is written, read and explained."""

    variable: str
    key: str
    default: str
    parse: Callable[[str], Any]
    help: str


def _switch(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("use 1 or 0")


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("must not be negative")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def _short_wait(text: str) -> int:
    seconds = _positive(text)
    if seconds > 30:  # the worker holds a mail for two minutes; see models/leased.py
        raise ValueError("must be 30 or less")
    return seconds


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError("a port is between 1 and 65535")
    return number


def _base_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write it like https://crm.example.com")
    return text.rstrip("/")


def _smtp_security(text: str) -> str:
    if text not in {"none", "starttls", "tls"}:
        raise ValueError("use none, starttls or tls")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "CRM_INSTANCE",
        "INSTANCE",
        "",
        str,
        "Folder for the database, secret key, mails and files; default: instance/ in the clone",
    ),
    Setting(
        "CRM_DATABASE_URL",
        "DATABASE_URL",
        "",
        str,
        "Database; default: SQLite in CRM_INSTANCE; or postgresql+psycopg://user:password@host/name",
    ),
    Setting(
        "CRM_SECRET_KEY",
        "SECRET_KEY",
        "",
        str,
        "Signs cookies; default: made on the first start and kept in CRM_INSTANCE/secret_key",
    ),
    Setting(
        "CRM_BASE_URL",
        "BASE_URL",
        "",
        _base_url,
        "The address people use, in every mailed link; default: this machine, CRM_PORT",
    ),
    Setting("CRM_HOST", "HOST", "127.0.0.1", str, "Address the web server listens on"),
    Setting("CRM_PORT", "PORT", "8000", _port, "Port the web server listens on"),
    Setting("CRM_WEB_PROCESSES", "WEB_PROCESSES", "2", _positive, "Web server processes"),
    Setting("CRM_WEB_THREADS", "WEB_THREADS", "4", _positive, "Threads in each web server process"),
    Setting(
        "CRM_TRUSTED_PROXIES",
        "TRUSTED_PROXIES",
        "0",
        _natural,
        "How many reverse proxies stand in front; 0: X-Forwarded-* headers are not believed",
    ),
    Setting(
        "CRM_SMTP_HOST",
        "SMTP_HOST",
        "",
        str,
        "Mail server; empty: mails land as .eml files in CRM_INSTANCE/mail",
    ),
    Setting("CRM_SMTP_PORT", "SMTP_PORT", "587", _port, "Port of the mail server"),
    Setting(
        "CRM_SMTP_SECURITY",
        "SMTP_SECURITY",
        "starttls",
        _smtp_security,
        "Encryption towards the mail server: starttls, tls or none",
    ),
    Setting("CRM_SMTP_USER", "SMTP_USER", "", str, "User name at the mail server"),
    Setting("CRM_SMTP_PASSWORD", "SMTP_PASSWORD", "", str, "Password at the mail server"),
    Setting(
        "CRM_SMTP_TIMEOUT",
        "SMTP_TIMEOUT",
        "10",
        _short_wait,
        "Seconds, 30 at most, to wait for the mail server before trying again later",
    ),
    Setting("CRM_MAIL_FROM", "MAIL_FROM", "Kaidan <crm@localhost>", str, "Sender of every mail"),
    Setting("CRM_DEV", "DEV", "0", _switch, "1 shows every mail at /dev/mail"),
)


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read all settings into Flask configuration keys.

    :param overrides: finished values by Flask key (``DATABASE_URL``, ``TESTING`` …) that win over
        the environment.
    :raises SettingError: a value cannot be used, or the instance folder cannot be written.
    """
    overrides = dict(overrides or {})
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.key in overrides:
            values[setting.key] = overrides.pop(setting.key)
            continue
        text = os.environ.get(setting.variable, setting.default)
        try:
            values[setting.key] = setting.parse(text)
        except ValueError as error:
            raise SettingError(f"{setting.variable}={text!r}: {error}") from error

    instance = Path(values["INSTANCE"] or _default_instance()).resolve()
    values["INSTANCE"] = str(instance)
    _make_folder(instance)
    values["SQLALCHEMY_DATABASE_URI"] = _database_url(values["DATABASE_URL"], instance)
    values["SECRET_KEY"] = values["SECRET_KEY"] or _stored_secret(instance / "secret_key")
    values["BASE_URL"] = values["BASE_URL"] or f"http://127.0.0.1:{values['PORT']}"
    secure = values["BASE_URL"].startswith("https://")
    values.update(
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="crm_forms",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        # A form left open over lunch is still accepted: the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "translations"),
        COMPRESS_STREAMS=True,
        MAIL_SERVER=values["SMTP_HOST"],
        MAIL_PORT=values["SMTP_PORT"],
        MAIL_USE_TLS=values["SMTP_SECURITY"] == "starttls",
        MAIL_USE_SSL=values["SMTP_SECURITY"] == "tls",
        MAIL_USERNAME=values["SMTP_USER"] or None,
        MAIL_PASSWORD=values["SMTP_PASSWORD"] or None,
        MAIL_DEFAULT_SENDER=values["MAIL_FROM"],
    )
    values.update(overrides)
    return values


def _default_instance() -> Path:
    """Beside wsgi.py in a clone; in the current folder for an installed package."""
    root = Path(__file__).parent.parent
    return (root if (root / "wsgi.py").exists() else Path.cwd()) / "instance"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"CRM_INSTANCE: cannot make the folder {folder}: {error.strerror}"
        ) from error
    if not os.access(folder, os.W_OK):
        raise SettingError(f"CRM_INSTANCE: the folder {folder} cannot be written")


def _database_url(text: str, instance: Path) -> str:
    if not text:
        return f"sqlite:///{instance / 'crm.sqlite'}"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingError("CRM_DATABASE_URL is not an address of a database") from error
    if url.drivername == "sqlite" or url.drivername == "postgresql+psycopg":
        return text
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    raise SettingError(
        f"CRM_DATABASE_URL: {url.drivername} is not supported; use sqlite or postgresql+psycopg"
    )


def _stored_secret(path: Path) -> str:
    """The key in ``path``; made with mode 0600 the first time, safe against two starts at once."""
    try:
        if not path.exists():
            _write_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise SettingError(f"cannot read or write {path}: {error.strerror}") from error
    if len(secret) < 32:
        raise SettingError(f"{path} holds no usable key; delete it to have a new one made")
    return secret


def _write_secret(path: Path) -> None:
    """Written whole beside its place and then linked there: the first of two starts wins."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)
