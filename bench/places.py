"""Where a world lives while we measure: a temporary folder, and a database of either kind."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy.engine import URL

from bench import floor
from bench.world import Size, build
from crm import create_app, schema
from crm.extensions import db
from tests.databases import SOCKET_VARIABLE, PostgresCluster


@dataclass(frozen=True)
class Place:
    """An instance folder, and the database's address (empty: SQLite in the folder)."""

    instance: Path
    database_url: str = ""

    def make(self, size: Size) -> Flask:
        """Build a world here; the application that is on it, with the floor laid."""
        app = create_app({"INSTANCE": str(self.instance), "DATABASE_URL": self.database_url})
        with app.app_context():
            schema.upgrade()
            build(size)
            db.session.remove()
        return floor.lay(app)

    def kept(self, size: Size) -> Flask:
        """The application on the world that is kept here, else on a new one."""
        if not self.database_url and (self.instance / "crm.sqlite").exists():
            return create_app({"INSTANCE": str(self.instance)})
        self.instance.mkdir(exist_ok=True)
        return self.make(size)

    @property
    def environment(self) -> dict[str, str]:
        """What a server must be told to serve this place."""
        return {
            **os.environ, "CRM_INSTANCE": str(self.instance), "CRM_DATABASE_URL": self.database_url,
        }  # fmt: skip


@contextmanager
def one_place(parser: ArgumentParser) -> Iterator[Place]:
    """Of a command's ``--database`` and ``--keep``: where its world lies, and goes unless kept."""
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    if given.keep:
        yield Place(given.keep)
        return
    with two_places(given.database) as (place, _small):
        yield place


@contextmanager
def two_places(database: str) -> Iterator[tuple[Place, Place]]:
    """One for the world and one for its smaller copy; gone after the block."""
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        if database == "sqlite":
            yield Place(Path(folder, "full")), Place(Path(folder, "small"))
            return
        cluster = PostgresCluster.start()
        if cluster is None:
            raise RuntimeError("unset CRM_TEST_PG_URL: bench starts a PostgreSQL of its own")
        try:
            yield (Place(Path(folder, "full"), _make_database("bench_full")),
                   Place(Path(folder, "small"), _make_database("bench_small")))  # fmt: skip
        finally:
            cluster.stop()


def _make_database(name: str) -> str:
    query = {"host": os.environ[SOCKET_VARIABLE], "user": "postgres"}
    server = URL.create("postgresql", database="postgres", query=query)
    with psycopg.connect(server.render_as_string(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    url = server.set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string()
