"""``crm run`` as people start it: real processes that are stopped, killed and misconfigured."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from crm import clock
from crm.extensions import db
from crm.models import Event, Job
from tests.cast import Cast
from tests.claims import submitted
from tests.mailbox import Mailbox
from tests.page import Page
from tests.waiting import PATIENCE, eventually

COMMAND = [sys.executable, "-c", "from crm.cli import main; main()", "run"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lives(process: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


class Service:
    """A running ``crm run``, what it printed, and its processes."""

    def __init__(self, environment: dict[str, str], output: Path) -> None:
        self.port = free_port()
        self.output = output
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [*COMMAND, "--port", str(self.port)], stdout=file, stderr=subprocess.STDOUT,
                env={**os.environ, **environment}, cwd=output.parent,
            )  # fmt: skip
        eventually(lambda: self.answers() or self.process.poll() is not None)
        assert self.process.poll() is None, self.printed

    @property
    def printed(self) -> str:
        return self.output.read_text()

    @property
    def worker(self) -> int:
        """The process of the worker that was started last."""
        eventually(lambda: "Worker started" in self.printed)
        return int(re.findall(r"Worker started \(process (\d+)\)", self.printed)[-1])

    def family(self) -> list[int]:
        """Every process below the head."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(child) for thread in threads for child in thread.read_text().split()]

    def answers(self) -> bool:
        try:
            return self.request("GET", "/sign-in").status == 200
        except OSError:
            return False

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionError:  # refused, or taken and dropped in the moment of stopping
            return False
        return True

    def request(self, method: str, path: str, **options: object) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, **options)  # type: ignore[arg-type]
            response = connection.getresponse()
            response.text = response.read().decode()  # type: ignore[attr-defined]
            return response
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def environment(app: Flask, tmp_path: Path) -> dict[str, str]:
    """Settings for processes on the database of the test."""
    return {
        "CRM_DATABASE_URL": app.config["DATABASE_URL"], "CRM_INSTANCE": str(tmp_path / "instance"),
        "CRM_WEB_PROCESSES": "1", "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip


@pytest.fixture
def service(environment: dict[str, str], tmp_path: Path) -> Iterator[Service]:
    running = Service(environment, tmp_path / "output")
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_told_to_stop_and_leaves_nobody_behind(
    service: Service, number: signal.Signals
) -> None:
    assert service.request("GET", "/sign-in").status == 200
    assert service.worker in service.family()
    family = service.family()
    assert service.stop(number) == 0
    eventually(lambda: not any(lives(process) for process in family))
    assert f"Listening on http://127.0.0.1:{service.port}" in service.printed
    assert "/setup/" not in service.printed  # there are people who can sign in
    assert "Traceback" not in service.printed


@pytest.mark.processes
def test_a_request_under_way_is_finished_before_it_stops(service: Service) -> None:
    form = service.request("GET", "/sign-in")
    cookies = SimpleCookie(form.headers["Set-Cookie"])
    fields = Page(form.text).form("/sign-in")["fields"]  # type: ignore[attr-defined]
    body = urlencode({**fields, "login": "x", "password": "y"}).encode()
    head = (
        "POST /sign-in HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Cookie: " + "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall("\r\n".join((*head, "", "")).encode())
        # The server says so when the application begins to read the form; the form itself is
        # kept back until the server has been told to stop and takes no further request.
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        service.process.terminate()
        eventually(lambda: not service.listens())
        connection.sendall(body)
        with connection.makefile("rb") as answer:
            assert answer.readline().startswith(b"HTTP/1.1 422 ")
    assert service.process.wait(timeout=PATIENCE) == 0


def test_its_worker_carries_out_what_happens(
    app: Flask, cast: Cast, mailbox: Mailbox, environment: dict[str, str], tmp_path: Path
) -> None:
    clock.set_to(None)  # the processes have a clock of their own
    submitted(cast)
    service = Service({**environment, **mailbox.environment}, tmp_path / "output")
    mailbox.wait_for(1)
    address = f"http://127.0.0.1:{service.port}/approve/"
    assert mailbox.messages[0].links[0].startswith(address)
    assert service.stop() == 0


def test_a_worker_that_is_killed_is_replaced(app: Flask, cast: Cast, service: Service) -> None:
    def all_done() -> bool:
        left = db.session.scalar(
            select(func.count()).select_from(Event).where(Event.done_at.is_(None))
        )
        db.session.rollback()  # looking must not hold the lock that the worker waits for
        return not left

    clock.set_to(None)
    # What it dies of keeps its lease for longer than anybody waits here; that is another test's.
    eventually(all_done)
    killed = service.worker
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: service.worker != killed)
    submitted(cast)
    eventually(all_done)
    assert service.answers()
    assert service.stop() == 0


@pytest.mark.processes
def test_a_web_process_that_is_killed_is_replaced(service: Service) -> None:
    before = set(service.family())
    for process in before - {service.worker}:
        if b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes():
            os.kill(process, signal.SIGKILL)
            break
    eventually(lambda: len(set(service.family()) - before) == 1)
    eventually(service.answers)
    assert service.stop() == 0


@pytest.mark.processes
def test_nobody_outlives_a_head_that_is_killed(service: Service) -> None:
    assert service.worker
    family = service.family()
    service.process.kill()
    service.process.wait(timeout=PATIENCE)
    eventually(lambda: not any(lives(process) for process in family))


@pytest.mark.processes
def test_an_empty_database_is_made_and_can_be_set_up(
    environment: dict[str, str], tmp_path: Path
) -> None:
    service = Service(
        {**environment, "CRM_DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite'}"},
        tmp_path / "output",
    )
    found = re.search(rf"http://127.0.0.1:{service.port}(/setup/[0-9a-f]{{64}})\n", service.printed)
    assert found, service.printed
    assert service.request("GET", found[1]).status == 200
    assert service.stop() == 0


# --- what keeps it from starting: one line, and an exit code ------------------------------------


def fails_with(environment: dict[str, str], *arguments: str) -> str:
    """Start it where it cannot run; returns the one line it prints."""
    done = subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.processes
def test_a_taken_port_is_one_clear_line(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = fails_with(environment, "--port", str(port))
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in line


@pytest.mark.processes
def test_a_second_one_on_the_same_port_is_refused(
    service: Service, environment: dict[str, str]
) -> None:
    assert "cannot listen" in fails_with(environment, "--port", str(service.port))
    assert service.answers()


@pytest.mark.parametrize(
    "url", ["sqlite:////no/such/folder/crm.sqlite", "postgresql://nobody@127.0.0.1:1/crm"]
)
def test_a_database_out_of_reach_is_one_clear_line(environment: dict[str, str], url: str) -> None:
    line = fails_with({**environment, "CRM_DATABASE_URL": url}, "--port", str(free_port()))
    assert line.startswith("crm: the database cannot be used: ")


def test_a_newer_schema_is_left_alone(
    app: Flask, context: None, environment: dict[str, str]
) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = 'fromthefuture'"))
    db.session.commit()
    line = fails_with(environment, "--port", str(free_port()))
    assert "schema fromthefuture, which is newer than this program" in line
    assert db.session.scalars(select(Job)).all() == []


@pytest.mark.processes
def test_a_folder_that_cannot_be_used_is_one_clear_line(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    line = fails_with({**environment, "CRM_INSTANCE": str(tmp_path / "file" / "instance")})
    assert line.startswith("crm: CRM_INSTANCE: cannot make the folder")


@pytest.mark.processes
def test_a_setting_that_cannot_be_used_is_one_clear_line(environment: dict[str, str]) -> None:
    line = fails_with({**environment, "CRM_PORT": "eighty"})
    assert line.startswith("crm: CRM_PORT='eighty'")
