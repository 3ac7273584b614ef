"""Draw every page as a picture: three widths, two themes, two languages, and a sheet of them all.

Run by ``make tour``; the pages, and who opens each, are those of tests/pages.py. Narrow it down
with ``--page customers``, ``--width 390``, ``--theme dark``, ``--language zh``.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from html import escape
from itertools import product
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from crm import clock, create_app, schema
from crm.signing_in import SESSION_COOKIE
from tests.conftest import NOON, make_settings
from tests.journeys.conftest import FLAGS, LANGUAGES, chromium_program
from tests.pages import PAGES, World, build

WIDTHS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
PROCESSES = os.cpu_count() or 2


def _press(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).filter(visible=True).first.click()


def _destroy(page: Page) -> None:
    _press(".record-verbs .menu > summary")(page)
    _press(".record-verbs [data-behaviour=opener]")(page)


# What a page looks like after something was pressed: the page, what to do, by name.
STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "menu": ("today.show", _press(".quick-add > summary")),
    "user menu": ("today.show", _press(".topbar .menu:not(.quick-add) > summary")),
    "palette": ("today.show", lambda page: page.keyboard.press("/")),
    "refused form": ("customers.new", _press("main button.button-primary")),
    "destroying": ("customers.show", _destroy),
    "nothing found": ("customers.index", lambda page: page.goto("/customers?q=qqqq")),
    "not found": ("today.show", lambda page: page.goto("/customers/999999")),
}


class Look(NamedTuple):
    """One picture."""

    name: str
    endpoint: str
    width: int
    theme: str
    language: str

    @property
    def file(self) -> str:
        return f"{self.name.replace(' ', '-')}-{self.width}-{self.theme}-{self.language}.png"


def main() -> None:
    """Write the pictures and the sheets; the last line says where."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    choice = _choice()
    looks = list(_looks(choice))
    shutil.rmtree(choice.folder, ignore_errors=True)
    choice.folder.mkdir(parents=True)
    clock.set_to(NOON)  # the demo tells of its last weeks: on a day of its own it has all there is
    with tempfile.TemporaryDirectory(prefix="crm-tour-") as instance:
        app = create_app(make_settings(f"sqlite:///{instance}/tour.sqlite", Path(instance)))
        with app.app_context():
            schema.upgrade()
            build()
        world = World(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths = {look.endpoint: world.address(look.endpoint) for look in looks}
        _draw(looks, f"http://127.0.0.1:{server.server_port}", paths, world.sessions, choice.folder)
        server.shutdown()
    _write_sheets(looks, choice.folder)
    print(f"{len(looks)} pictures: {choice.folder / 'index.html'}")


def _choice() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make tour", description=__doc__)
    parser.add_argument("--page", default="", help="only pages whose name contains this")
    parser.add_argument("--width", type=int, choices=WIDTHS, action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--folder", type=Path, default=Path("build/tour"))
    return parser.parse_args()


def _looks(choice: argparse.Namespace) -> Iterator[Look]:
    names = {**{name: name for name in PAGES}, **{name: page for name, (page, _) in STATES.items()}}
    ways = product(choice.width or WIDTHS, choice.theme or THEMES, choice.language or LANGUAGES)
    for (width, theme, language), (name, endpoint) in product(ways, names.items()):
        if choice.page in name:
            yield Look(name, endpoint, width, theme, language)


def _draw(
    looks: list[Look], address: str, paths: dict[str, str], sessions: dict[str, str], folder: Path
) -> None:
    """In several processes, each with a browser of its own."""
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_draw_some,
                        args=(looks[begin::PROCESSES], address, paths, sessions, folder))
        for begin in range(PROCESSES)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _draw_some(
    looks: list[Look], address: str, paths: dict[str, str], sessions: dict[str, str], folder: Path
) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_program(), args=FLAGS)
        for look in looks:
            try:
                _draw_one(chromium, look, address, paths[look.endpoint], sessions, folder)
            except Exception as error:  # the others are still worth drawing
                print(f"{look.file}: {error}")
        chromium.close()


def _draw_one(
    chromium: Browser, look: Look, address: str, path: str, sessions: dict[str, str], folder: Path
) -> None:
    is_phone = look.width < 768
    browser = chromium.new_context(
        base_url=address, locale=LANGUAGES[look.language], color_scheme=look.theme,
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        has_touch=is_phone, is_mobile=is_phone,
    )  # fmt: skip
    if secret := sessions.get(PAGES[look.endpoint].who):
        browser.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
    page = browser.new_page()
    page.set_default_timeout(10_000)
    page.goto(path, wait_until="networkidle")
    if look.name in STATES:
        STATES[look.name][1](page)
        page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / look.file, full_page=look.name not in STATES)
    browser.close()


def _write_sheets(looks: list[Look], folder: Path) -> None:
    """One page with all pictures, small, each leading to the large one."""
    pictures = "\n".join(
        f'<a href="{look.file}"><img loading="lazy" src="{look.file}" width="{look.width // 4}">'
        f"<br>{escape(look.file)}</a>"
        for look in sorted(looks)
    )
    style = "body{font:12px sans-serif;display:flex;flex-wrap:wrap;gap:12px;align-items:start}"
    (folder / "index.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Tour</title><style>{style}</style>{pictures}"
    )


if __name__ == "__main__":
    main()
