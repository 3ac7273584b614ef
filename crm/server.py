"""The family of processes behind ``crm run``: web processes and the worker, under one head.

The head is granian's main process: it starts web processes, replaces those that die, and on
SIGTERM or SIGINT lets them finish their requests. Beside them it keeps one worker. Children are
spawned, not forked (they share no connection), and end by themselves when the head is killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

log = logging.getLogger(__name__)

# Seconds: a worker that died is replaced after this pause; a child that does not stop is killed.
# A worker may have a mail in hand, which it would send again (postman.LONGEST).
RESTART_PAUSE, PATIENCE, WORKER_PATIENCE = 2.0, 30, 85


class PortTaken(Exception):
    """The address cannot be listened on; the message says why."""


def free_address(host: str, port: int) -> str:
    """``host`` as a number. Nobody may listen there: granian shares its port with other granians.

    :raises PortTaken: somebody does, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise PortTaken(error.strerror or str(error)) from error
    return str(address[0])


def serve(
    address: str, port: int, *, processes: int, threads: int, started: Callable[[], None],
    loader: Callable[[], Any] | None = None,
) -> None:  # fmt: skip
    """Serve until told to stop; leaves by SystemExit 1 if the web processes cannot run.

    :param started: called when the socket is open.
    :param loader: makes what each web process serves; default: ``application``.
    """
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "crm", address=address, port=port, interface=Interfaces.WSGI, http=HTTPModes.http1,
        workers=processes, blocking_threads=threads, respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE, log_level=LogLevels.error,
    )  # fmt: skip
    # It is told to stop when the web processes are, not after they have.
    worker = Worker(is_told_to_stop=lambda: bool(server.interrupt_signal))
    server.on_startup(started)
    server.on_startup(worker.start)
    try:
        server.serve(target_loader=loader or application, wrap_loader=False)
    finally:
        worker.stop()


def application() -> Any:
    """What each web process serves."""
    from crm import create_app

    _end_with_head()
    return create_app()


class Worker:
    """The worker's process, started again whenever it ends unasked."""

    def __init__(self, is_told_to_stop: Callable[[], bool]) -> None:
        self._is_told_to_stop = is_told_to_stop
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)
        self._process: BaseProcess | None = None

    def start(self) -> None:
        self._keeper.start()

    def stop(self) -> None:
        """Let the worker finish what it has in hand."""
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = multiprocessing.get_context("spawn").Process(
                target=_work, name="crm-worker", daemon=True
            )
            process.start()
            print(f"Worker started (process {process.pid})", flush=True)
            while process.is_alive() and not self._stopping.wait(0.2):
                if self._is_told_to_stop():
                    self._stopping.set()
            if self._stopping.is_set():
                self._end(process)
                return
            log.error("The worker ended with code %s; starting another", process.exitcode)
            self._stopping.wait(RESTART_PAUSE)

    @staticmethod
    def _end(process: BaseProcess) -> None:
        process.terminate()
        process.join(WORKER_PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()


def _work() -> None:
    """The worker's main function."""
    from crm import create_app, jobs

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Ctrl-C in a terminal reaches every process; the head tells us by SIGTERM when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopping = jobs.stop_on(signal.SIGTERM)
    _end_with_head()
    jobs.work(create_app(), stopping)


def _end_with_head() -> None:
    """Stop this process as if told to when the head is gone, even if that was killed."""
    head = multiprocessing.parent_process()
    assert head is not None

    def wait() -> None:
        head.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="head-watch", daemon=True).start()
