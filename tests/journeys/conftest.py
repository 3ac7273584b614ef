"""A real Chromium before the running application. Any console error or failed request fails."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from crm import clock, create_app, jobs, schema
from crm.extensions import db, reading_only
from crm.models import User, UserSession
from crm.signing_in import SESSION_COOKIE
from tests.cast import PASSWORD
from tests.conftest import NOON, make_settings
from tests.pages import World, build
from tests.waiting import PATIENCE

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}

Opener = Callable[..., Page]


@pytest.fixture(autouse=True)
def _only_look() -> Iterator[None]:
    """The story's own thread only reads: on SQLite it must not keep the server from writing."""
    token = reading_only.set(True)
    yield
    reading_only.reset(token)


def look_again() -> None:
    """What was read before is read anew: others have written since.

    Ending a transaction alone forgets nothing where none was open: what is still in memory, which
    depends on when Python last tidied up, would be taken for what is so.
    """
    db.session.rollback()
    db.session.expire_all()


def run_worker() -> None:
    """Let the worker do all that is due."""
    look_again()
    token = reading_only.set(False)
    try:
        jobs.run_once()
    finally:
        reading_only.reset(token)


def chromium_program() -> str | None:
    """Where Chromium is: the one without a window's parts first, which works a third less."""
    named = (os.environ.get("CRM_CHROMIUM"), "chromium-headless-shell", "chromium")
    return next(filter(None, map(shutil.which, filter(None, named))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    program = chromium_program()
    if program is None:
        pytest.fail("no Chromium: install Debian's chromium-headless-shell, or set CRM_CHROMIUM")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, timeout=PATIENCE * 1000
        )
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application, served on loopback; mailed links lead to it."""
    with serving(app) as address:
        monkeypatch.setitem(app.config, "BASE_URL", address)
        yield address


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve inside the block; gives the address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Place:
    """The demo's world, served, and the browsers that look at it."""

    def __init__(self, world: World, address: str, chromium: Chromium) -> None:
        self.world, self.address, self._chromium = world, address, chromium
        self._phones: dict[tuple[str, str], Page] = {}

    def phone(self, who: str, language: str) -> Page:
        """What this person's phone shows, the same each time: what it has loaded it keeps.

        A tab for each page would be a process for each, which costs as much as drawing the page.
        """
        if (who, language) not in self._phones:
            self._phones[who, language] = self.browser(who, language, **PHONE).new_page()
        return self._phones[who, language]

    def browser(self, who: str, language: str, **device: object) -> BrowserContext:
        """A new browser with nothing in its cache, signed in as ``who`` if that is somebody."""
        context = self._chromium.new_context(
            base_url=self.address, locale=LANGUAGES[language], **device
        )
        context.set_default_timeout(PATIENCE * 1000)
        if who:
            _remember(context, self.world.sessions[who], self.address)
        return context

    def put_phones_away(self) -> None:
        """Close what they show: it goes on with what it does, for as long as the tests last."""
        for page in self._phones.values():
            page.context.close()
        self._phones.clear()


@pytest.fixture(scope="session")
def demo_place(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, chromium: Chromium
) -> Iterator[Place]:
    """The demo as it is at noon, for all that only look at it."""
    here = tmp_path_factory.getbasetemp()
    built = _demo_in(here if worker_id == "master" else here.parent)
    instance = shutil.copytree(built, tmp_path_factory.mktemp("demo"), dirs_exist_ok=True)
    app = create_app(make_settings(f"sqlite:///{instance}/demo.sqlite", instance))
    with clock.stopped_at(NOON):
        world = World(app)
    with serving(app) as address:
        place = Place(world, address, chromium)
        yield place
    with app.app_context():
        db.engine.dispose()


def _demo_in(shared: Path) -> Path:
    """The instance with the demo in it: who wants it first builds it, for all workers."""
    built = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            instance = Path(tempfile.mkdtemp(dir=shared))
            app = create_app(make_settings(f"sqlite:///{instance}/demo.sqlite", instance))
            with clock.stopped_at(NOON), app.app_context():
                schema.upgrade()
                build()
                db.session.remove()
                db.engine.dispose()  # everything is in the one file
            instance.rename(built)
    return built


@pytest.fixture(scope="module")
def phones(demo_place: Place) -> Iterator[None]:
    """The phones with which a file's tests look at the demo."""
    yield
    demo_place.put_phones_away()


@pytest.fixture
def place(demo_place: Place, phones: None) -> Iterator[Place]:
    """The demo's world at noon."""
    with clock.stopped_at(NOON):
        yield demo_place


@pytest.fixture
def open_as(app: Flask, chromium: Chromium, address: str) -> Iterator[Opener]:
    """Opens a browser of somebody's own: ``open_as("wang")``, ``open_as("li", device=PHONE)``.

    They have signed in before, and stand on Today.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_browser(
        username: str | None = None, *, device: dict[str, object] = DESK, javascript: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=address, locale="en-US", java_script_enabled=javascript, **device
        )
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(faults, page, message.type, message.text))
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("requestfinished", lambda request: _same_host(faults, request.url, address))
        if username:
            _remember(context, session_of(app, username), address)
            page.goto("/")
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert not faults, faults


BEHAVIOURS = """async () => {
  const app = document.querySelector("script[type=module]")?.src;
  for (const { dataset } of app ? document.querySelectorAll("[data-behaviour]") : [])
    await import(new URL(`behaviours/${dataset.behaviour}.js`, app));
}"""


def ready(page: Page) -> None:
    """Wait until the page is there with its behaviours, which are loaded after it.

    They are asked for here in the order in which the page asked before, so they are connected
    when the last of these answers comes; a pause in what is loaded would prove nothing.
    """
    page.wait_for_load_state()
    page.evaluate(BEHAVIOURS)


def session_of(app: Flask, username: str) -> str:
    """The secret of a new session, by a row as signing in makes it."""
    token = reading_only.set(False)
    try:
        with app.app_context():
            user = db.session.scalars(select(User).where(User.username == username)).one()
            secret = UserSession.begin(user, device="journey", address="127.0.0.1")
            db.session.commit()
        return secret
    finally:
        reading_only.reset(token)


def _remember(context: BrowserContext, secret: str, address: str) -> None:
    context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])


def sign_in(page: Page, username: str) -> None:
    """Through the form, as a person does."""
    page.goto("/sign-in")
    page.get_by_label("User name or e-mail").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _note(faults: list[str], page: Page, kind: str, text: str) -> None:
    """Refusals (409, 422) that a journey provokes are answers, not faults."""
    provoked = "status of 409" in text or "status of 422" in text or "status of 410" in text
    if kind in {"error", "warning"} and not provoked:
        faults.append(f"{page.url}: {text}")


def _same_host(faults: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        faults.append(f"a request left the host: {url}")
