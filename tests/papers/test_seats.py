"""So many papers at once and no more, whichever process sets them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from crm.extensions import db
from crm.papers import seats
from crm.papers.seats import SEATS, AllTaken, seat_in
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser
from tests.waiting import PATIENCE

SITS = """
import pathlib, runpy, subprocess, sys
seat_in = runpy.run_path(sys.argv[1])["seat_in"]
with seat_in(pathlib.Path(sys.argv[2])) as seat:
    child = subprocess.Popen(["cat"], stdout=subprocess.DEVNULL, pass_fds=[seat])
    print("sits", flush=True)
    child.wait()
"""


@contextmanager
def sitting(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Inside, a process of its own has a seat, and its typesetter runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", SITS, seats.__file__, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    with process:
        assert process.stdout.readline() == "sits\n"
        yield process


@pytest.fixture
def folder(app: Flask) -> Path:
    return Path(app.config["INSTANCE"])


@pytest.mark.processes
def test_who_finds_no_seat_is_asked_to_come_again_and_gets_the_paper_then(
    cast: Cast, browser: Browser, folder: Path
) -> None:
    path = f"/expenses/{draft(cast).id}/pdf"
    db.session.commit()
    browser.sign_in("wang")
    with ExitStack() as taken:
        for _seat in range(SEATS):
            taken.enter_context(sitting(folder))
        page = browser.get(path, status=503)
        assert int(browser.last.headers["Retry-After"]) > 0
        assert "Too many PDFs are being made right now" in page.text
        assert "Nothing was lost" in page.text
    assert browser.client.get(path).mimetype == "application/pdf"


@pytest.mark.processes
def test_a_seat_is_taken_as_long_as_the_typesetter_runs_whatever_becomes_of_who_asked(
    folder: Path,
) -> None:
    with ExitStack() as taken:
        for _seat in range(SEATS - 1):
            taken.enter_context(seat_in(folder))
        with sitting(folder) as process:
            process.kill()
            process.wait()
            with pytest.raises(AllTaken), seat_in(folder, waits=0):
                pass
            assert process.stdin
            process.stdin.close()  # its typesetter ends
            with seat_in(folder, waits=PATIENCE) as seat:
                assert seat
