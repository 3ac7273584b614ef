"""Times over HTTP: one request after the other, and four at a time."""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.client import COMPRESSED, Client, Request, over_http
from bench.pages import Line
from bench.serving import HOST

# The rounds go through all lines in turn, so that a busy moment of the machine meets each of them.
ROUNDS, WARM_UP, ALONE, TOGETHER, CONCURRENCY = 3, 5, 20, 40, 4


@dataclass
class Times:
    """What was measured of one line."""

    alone: list[float] = field(default_factory=list)  # seconds, one request at a time
    together: float = 0.0  # seconds for ``sent`` requests, four at a time
    sent: int = 0
    bytes: int = 0  # of the largest answer, compressed

    @property
    def median_ms(self) -> float:
        return median(self.alone) * 1000

    @property
    def p95_ms(self) -> float:
        return quantiles(self.alone, n=20)[-1] * 1000

    @property
    def per_second(self) -> float:
        return self.sent / self.together


def measure(port: int, username: str, password: str, lines: list[Line]) -> dict[str, Times]:
    """Times by line, as ``username`` feels them.

    :raises bench.client.WrongAnswer: the server answered something else.
    """
    client = Client(over_http(HOST, port))
    client.sign_in(username, password)
    others = [Client(over_http(HOST, port), client.cookies) for _ in range(CONCURRENCY)]
    times: dict[str, Times] = defaultdict(Times)
    for _ in range(ROUNDS):
        for line in lines:
            requests = line.requests(client, WARM_UP + ALONE + TOGETHER)
            _measure_line(client, others, requests, times[line.name])
    return dict(times)


def _measure_line(
    client: Client, others: list[Client], requests: list[Request], times: Times
) -> None:
    for request in requests[:WARM_UP]:
        client.send(request, headers=COMPRESSED)
    for request in requests[WARM_UP : WARM_UP + ALONE]:
        begun = time.perf_counter()
        body = client.send(request, headers=COMPRESSED)
        times.alone.append(time.perf_counter() - begun)
        times.bytes = max(times.bytes, len(body))
    rest = requests[WARM_UP + ALONE :]
    shares = [rest[n::CONCURRENCY] for n in range(CONCURRENCY)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(_send_all, others, shares))
    times.together += time.perf_counter() - begun
    times.sent += len(rest)


def _send_all(client: Client, requests: list[Request]) -> None:
    for request in requests:
        client.send(request, headers=COMPRESSED)
