"""What every test uses: an application on a real database, the cast, a client that checks pages.

The suite runs on SQLite and, with ``--database postgresql``, on PostgreSQL. The cast is put into a
template database once; each test that touches the database begins with a fresh copy of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, g, has_app_context
from hypothesis import HealthCheck, settings

from crm import clock, create_app
from crm.extensions import db
from tests.cast import Cast, write_cast
from tests.databases import Databases, PostgresCluster, databases_for, folder_in_memory
from tests.mailbox import mailbox  # noqa: F401  a fixture
from tests.page import Browser

# How long an example takes tells of the machine, not of the code. A test's examples share its
# database, and are written so that they may.
SHARED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# A run tries what every run tries: what fails is told to who changed something, not to who comes
# by. Others are looked for with --hypothesis-profile=search.
settings.register_profile("search", SHARED)
settings.register_profile("suite", SHARED, derandomize=True)
settings.load_profile("suite")

BeginWith = Callable[[Callable[[Cast], None]], None]

NOON = datetime(2026, 6, 17, 4, 0, tzinfo=UTC)  # a Wednesday; noon in Shanghai


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """The controller says where files are, and starts one PostgreSQL: workers inherit both."""
    if hasattr(config, "workerinput"):
        return
    config.stash[FOLDER] = folder_in_memory()
    if config.getoption("--database") == "postgresql":
        config.stash[CLUSTER] = PostgresCluster.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if cluster := config.stash.get(CLUSTER, None):
        cluster.stop()
    if folder := config.stash.get(FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


# Folders whose tests are few and long: a browser, a whole demo, the workbook of a firm.
SLOW = {"journeys", "cli", "demo", "importers"}

CLUSTER: pytest.StashKey[PostgresCluster] = pytest.StashKey()
FOLDER: pytest.StashKey[Path | None] = pytest.StashKey()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest first, so that no worker is left alone with it at the end.

    What touches no database is seen once, with SQLite's.
    """
    items.sort(key=lambda item: (
        not item.path.name.startswith("test_every_page"), item.path.parent.name not in SLOW
    ))  # fmt: skip
    if config.getoption("--database") == "postgresql":
        untouched = [item for item in items if "databases" not in item.fixturenames]  # type: ignore[attr-defined]
        config.hook.pytest_deselected(items=untouched)
        items[:] = [item for item in items if item not in set(untouched)]


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory, worker_id: str
) -> Iterator[Databases]:
    """Makes fresh databases, each a copy of the template with the cast in it."""
    made = databases_for(
        request.config.getoption("--database"), tmp_path_factory.mktemp("databases"), worker_id
    )
    yield made
    made.close()


@pytest.fixture(scope="session")
def session_app(databases: Databases, tmp_path_factory) -> Iterator[Flask]:
    """One application for all tests of this worker; ``app`` gives it a fresh database."""
    instance = tmp_path_factory.mktemp("instance")
    app = create_app(make_settings(databases.url, instance))
    with app.app_context():
        clock.set_to(NOON)
        databases.make_template(write_cast)
    yield app
    with app.app_context():
        db.engine.dispose()


def make_settings(url: str, instance: Path) -> dict[str, object]:
    """Settings of an application under test."""
    return {
        "TESTING": True,
        "DATABASE_URL": url,
        "INSTANCE": str(instance),
        "SECRET_KEY": "a key for tests that is long enough",
        "BASE_URL": "http://localhost",
        "DEV": True,
        "MAIL_FROM": "Kaidan <crm@example.com>",
    }


@pytest.fixture
def app(session_app: Flask, databases: Databases) -> Iterator[Flask]:
    """The application, on a fresh database, at noon."""
    clock.set_to(NOON)
    databases.renew(session_app)
    yield session_app
    clock.set_to(None)


@pytest.fixture
def begin_with(app: Flask, databases: Databases) -> BeginWith:
    """Lets the database begin with what ``write`` writes for the cast, before it is looked at.

    It is written once by each worker, and kept as a template: to copy that takes a hundredth.
    """

    def begin(write: Callable[[Cast], None]) -> None:
        if has_app_context():
            db.session.remove()
        name = f"{write.__module__}_{write.__name__}".replace(".", "_")
        databases.renew(app, name if name in databases.kept else "")
        if name not in databases.kept:
            with app.app_context():
                write(Cast())
            databases.keep(app, name)

    return begin


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, for tests that call the domain directly; its texts are English."""
    with app.app_context():
        g.language = "en"
        yield


@pytest.fixture
def cast(context: None) -> Cast:
    """The people and records by name."""
    return Cast()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A client that is nobody yet; ``browser.sign_in("wang")`` makes it somebody."""
    return Browser(app)


@pytest.fixture
def frozen_clock() -> Iterator[type[clock]]:  # type: ignore[valid-type]
    """Set the time with ``frozen_clock.set_to(…)``; it runs again afterwards."""
    yield clock
    clock.set_to(None)
