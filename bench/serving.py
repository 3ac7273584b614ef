"""The server as ``crm run`` starts it, two web processes and the worker, with the floor in it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

HOST = "127.0.0.1"
PATIENCE = 30


@contextmanager
def served(environment: dict[str, str]) -> Iterator[int]:
    """Serve with the settings in ``environment`` inside the block; gives the port."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.serving", str(port)], env=environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        try:
            connection = HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer within {PATIENCE} s")


def _serve(port: int) -> None:
    from bench.floor import application
    from crm import config, server

    settings = config.load()
    server.serve(
        HOST, port, processes=settings["WEB_PROCESSES"], threads=settings["WEB_THREADS"],
        started=lambda: None, loader=application,
    )  # fmt: skip


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
