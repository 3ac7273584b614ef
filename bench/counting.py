"""What a request costs inside the application: statements, bytes, and the processor's time."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.client import Client, Request, in_process
from bench.pages import Line
from bench.world.people import PASSWORD
from crm.extensions import db

REQUESTS, TIMES = 5, 7


class Cost(NamedTuple):
    """The most statements that one request took, and the size of its answer uncompressed."""

    queries: int
    bytes: int


def costs_for(app: Flask, username: str, lines: list[Line]) -> dict[str, Cost]:
    """By line of the report, for one person."""
    with app.app_context():
        engine = db.engine
    client = Client(in_process(app))
    client.sign_in(username, PASSWORD)
    costs = {}
    for line in lines:
        requests = line.requests(client, REQUESTS)
        counted, largest = 0, 0
        for request in requests:
            with counted_statements(engine) as statements:
                largest = max(largest, len(client.send(request)))
            counted = max(counted, len(statements))
        costs[line.name] = Cost(counted, largest)
    return costs


@contextmanager
def counted_statements(engine: Engine) -> Iterator[list[str]]:
    """The statements executed inside the block; beginning a transaction is not one."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def tell_circumstances(app: Flask) -> None:
    """Print on which kind of database it is measured, and how busy the machine is."""
    with app.app_context():
        print(f"{db.engine.dialect.name}, load {os.getloadavg()[0]:.1f} before we began")


def print_cost(who: str, what: str, client: Client, request: Request, engine: Engine) -> None:
    """Print milliseconds in which our processor worked, the median of seven, and statements."""
    took = []
    for _ in range(TIMES + 1):
        begun = time.process_time()
        body = client.send(request)
        took.append((time.process_time() - begun) * 1000)
    with counted_statements(engine) as statements:
        client.send(request)
    figures = f"{statistics.median(took[1:]):8.1f} ms{len(statements):4} queries"
    print(f"{who:14}{what:36}{figures}{len(body) / 1000:7.1f} kB", flush=True)
