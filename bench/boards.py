"""What open boards cost: ``python -m bench.boards [--database postgresql] [--keep FOLDER]``.

In a firm with 50,000 open deals in 20 stages: first the board's page, as milliseconds in which the
processor worked, the median of seven. Then fifty boards that are open in front of the server as
``crm run`` starts it: each asks every four seconds, first while nothing happens, then while a deal
is moved each second; last with a stream held open for each instead (server-sent events). Beside
them somebody opens a page of customers, and what they wait is what others feel.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from bench.client import Client, Request, WrongAnswer, in_process, over_http
from bench.counting import print_cost, tell_circumstances
from bench.pages import BOARD, moves
from bench.places import one_place
from bench.serving import HOST, served
from bench.streams import STREAM
from bench.world import Size
from bench.world.people import PASSWORD
from crm.extensions import db
from crm.models import Pipeline

SIZE = Size(10_000, 14_000, 50_000, 5_000, 20_000, 0, stages=20)
PEOPLE = ("rep1", "manager", "administrator")
PAGES = (BOARD, f"{BOARD}?lanes=owner", f"{BOARD}?sort=-amount", f"{BOARD}?sort=-last_contact")
BOARDS, EVERY, SECONDS, LATEST = 50, 4.0, 24.0, 12
_MARK = re.compile(r'name="mark" value="([0-9-]+)"')


class Felt(NamedTuple):
    """Milliseconds that each request took; none where it was not answered in time."""

    name: str
    took: list[float | None]

    def __str__(self) -> str:
        answered = sorted(each for each in self.took if each is not None)
        if not answered:
            return f"{self.name:44} none of {len(self.took)} answered"
        late = answered[int(len(answered) * 0.95)]
        return (f"{self.name:44} {len(answered):5} of {len(self.took):5} answered"
                f"{statistics.median(answered):9.1f} ms{late:9.1f} ms p95")  # fmt: skip


def main() -> None:
    """Build the world, or take the one that is kept, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.boards", description=__doc__)
    with one_place(parser) as place:
        app = place.kept(SIZE)
        tell_circumstances(app)
        stages = measure_pages(app)
        with served(place.environment) as port:
            measure_boards(port, stages)


def measure_pages(app: Flask) -> list[str]:
    """Print what the board's pages take; gives the ids of the stages."""
    with app.app_context():
        engine, stages = db.engine, [str(stage.id) for stage in Pipeline.main().stages]
    for who in PEOPLE:
        client = Client(in_process(app))
        client.sign_in(who, PASSWORD)
        for path in (*PAGES, f"{BOARD}?moved={stages[0]}-{stages[1]}"):
            print_cost(who, path, client, Request(path), engine)
        mark = _MARK.search(client.text(BOARD))
        assert mark
        asked = Request(f"{BOARD}/changes?mark={mark[1]}", expect=204, htmx=True)
        print_cost(who, "asking, nothing happened", client, asked, engine)
        begun = int(mark[1].split("-")[0]) - LATEST
        asked = Request(f"{BOARD}/changes?mark={begun}-99", htmx=True)
        print_cost(who, "asking, a few deals were changed", client, asked, engine)
    engine.dispose()
    return stages


def measure_boards(port: int, stages: list[str]) -> None:
    """Print what fifty open boards cost, by polling and by streams."""
    mover = Client(over_http(HOST, port))
    mover.sign_in("administrator", PASSWORD)
    clients = [Client(over_http(HOST, port), mover.cookies) for _ in range(BOARDS)]
    carried = iter(moves(mover, 2 * int(SECONDS), stages))
    with _processor("polling, nothing happens"):
        polled, others = _together(lambda: _poll(clients), lambda: None, mover)
    _say(Felt("polls of 50 idle boards", polled), Felt("a page of customers beside", others))
    with _processor("polling, a move each second"):
        polled, others = _together(lambda: _poll(clients), lambda: mover.send(next(carried)), mover)
    _say(Felt("polls of 50 boards, a move each second", polled),
         Felt("a page of customers beside", others))  # fmt: skip
    with _processor("streams, nothing happens"):
        heard, others = _together(lambda: _listen(port, mover.cookies), lambda: None, mover)
    _say(Felt("first words of 50 streams", heard), Felt("a page of customers beside", others))


def _say(*felt: Felt) -> None:
    for each in felt:
        print(each, flush=True)


@contextmanager
def _processor(what: str) -> Iterator[None]:
    """Print how much the server's processes worked inside the block, in percent of one core."""
    worked, begun = _worked(), time.monotonic()
    yield
    share = (_worked() - worked) / (time.monotonic() - begun)
    print(f"{what:44} {share:6.1%} of one core")


def _worked() -> float:
    """Seconds that the processor worked for our children and theirs."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(stat.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    ours, found = {os.getpid()}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in ours} - ours
        ours |= found
    return sum(ticks[pid] for pid in ours - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


def _together(
    boards: Callable[[], list[float | None]], each_second: Callable[[], object], client: Client
) -> tuple[list[float | None], list[float | None]]:
    """What the boards felt, and somebody who opens a page each second meanwhile."""
    felt: list[float | None] = []
    thread = threading.Thread(target=lambda: felt.extend(boards()))
    thread.start()
    others: list[float | None] = []
    while thread.is_alive():
        begun = time.perf_counter()
        try:
            client.send(Request("/customers"))
            others.append((time.perf_counter() - begun) * 1000)
            each_second()
        except (OSError, WrongAnswer):
            others.append(None)
        time.sleep(max(0.0, 1 - (time.perf_counter() - begun)))
    return felt, others


def _poll(clients: list[Client]) -> list[float | None]:
    took: list[float | None] = []
    html = clients[0].text(BOARD)
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(
            target=_board, args=(client, html, number * EVERY / len(clients), until, took)
        )
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _board(client: Client, html: str, wait: float, until: float, took: list[float | None]) -> None:
    """One open board, as its page asks; it shows no cards, so that each change is drawn to it."""
    time.sleep(wait)
    while time.monotonic() < until:
        marked = _MARK.search(html)
        assert marked
        begun = time.perf_counter()
        path = f"{BOARD}/changes?mark={marked[1]}"
        try:
            html = client.send(Request(path, expect=200, htmx=True)).decode() or html
        except WrongAnswer as idle:
            if ": 204," not in str(idle):
                raise
        took.append((time.perf_counter() - begun) * 1000)
        time.sleep(EVERY)


def _listen(port: int, cookies: dict[str, str]) -> list[float | None]:
    """Milliseconds until each of fifty streams says its first word, none if it does not in time."""
    from http.client import HTTPConnection

    took: list[float | None] = []

    def listen() -> None:
        connection = HTTPConnection(HOST, port, timeout=SECONDS / 2)
        written = "; ".join(f"{name}={value}" for name, value in cookies.items())
        begun = time.perf_counter()
        try:
            connection.request("GET", STREAM, headers={"Cookie": written})
            connection.getresponse().readline()
            took.append((time.perf_counter() - begun) * 1000)
            time.sleep(SECONDS / 2)
        except OSError:
            took.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=listen) for _ in range(BOARDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


if __name__ == "__main__":
    main()
