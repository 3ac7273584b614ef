"""What is measured: the pages that are opened, and the forms that are sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from itertools import count, cycle, islice
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import func, select

from bench import floor
from bench.client import Client, Request, WrongAnswer, forms_in
from crm.extensions import db
from crm.models import Deal, Stage, User

# Fragments, pinyin, initials and a code; some find hundreds, some a few.
TERMS = ("大连", "化工", "shanghai", "dlrk", "C-0042", "南京 阀门", "润科", "sjzjy")
RECORDS = 20
BOARD = "/deals/board"
_MORE = re.compile(rf'hx-get="({BOARD}/(\d+)\?[^"]*)"')
_CARD = re.compile(
    r'data-place="(?P<place>\d+)"|data-deal="(?P<deal>\d+)" data-version="(?P<version>\d+)"'
)
_serial = count(1)


@dataclass(frozen=True)
class Targets:
    """Records that a person sees, those with the most hanging on them."""

    customers: list[int]
    deals: list[int]
    stages: list[str]

    @classmethod
    def of(cls, user: User) -> Targets:
        """Read from the database, before anything is asked of the server."""
        seen = Deal.visible_to(user)
        busiest = seen.with_only_columns(Deal.customer_id).group_by(Deal.customer_id)
        deepest = seen.join(Deal.stage).where(Deal.closed_at.is_(None))
        return cls(
            _ids(busiest.order_by(func.count().desc(), Deal.customer_id)),
            _ids(deepest.with_only_columns(Deal.id).order_by(Stage.position.desc(), Deal.id)),
            [str(id) for id in db.session.scalars(select(Stage.id).order_by(Stage.position))],
        )


def _ids(chosen) -> list[int]:  # type: ignore[no-untyped-def]
    return list(db.session.scalars(chosen.limit(RECORDS)))


class Line(NamedTuple):
    """A line of the report: ``requests(client, n)`` makes ready so many requests.

    ``limit`` is how many times the one-query floor it may take.
    """

    name: str
    requests: Callable[[Client, int], list[Request]]
    limit: int | None = None


FLOOR = "floor: one query"


def lines_for(targets: Targets) -> list[Line]:
    """Everything that is measured, the floor first."""
    return [
        Line("floor: 5 kB", opening(floor.CONSTANT)),
        Line(FLOOR, opening(floor.QUERY)),
        Line("board", opening(BOARD), 10),
        Line("customer list", opening("/customers"), 5),
        Line("search by name", opening(*(f"/customers?q={quote(term)}" for term in TERMS)), 5),
        Line("customer page", opening(*(f"/customers/{id}" for id in targets.customers)), 5),
        Line("deal page", opening(*(f"/deals/{id}" for id in targets.deals)), 5),
        Line("moving a deal", lambda client, n: moves(client, n, targets.stages), 5),
        Line("creating a deal", lambda client, n: creations(client, n, targets.customers), 5),
        Line("approvals", opening("/approvals"), 5),
    ]


def opening(*paths: str) -> Callable[[Client, int], list[Request]]:
    """Opening pages one after the other, again and again."""
    return lambda _client, n: [Request(path) for path in islice(cycle(paths), n)]


def moves(client: Client, n: int, stages: list[str]) -> list[Request]:
    """Each of ``n`` cards of the board goes to the next stage, as a drag sends it."""
    requests: list[Request] = []
    html = client.text(BOARD)
    token = next(
        form.fields["csrf_token"] for form in forms_in(html) if "csrf_token" in form.fields
    )
    unread = [(html, "")]
    while len(requests) < n:
        if not unread:
            raise WrongAnswer(f"the board has only {len(requests)} cards that can be moved")
        html, place = unread.pop(0)
        for more, stage in _MORE.findall(html):
            unread.append((client.text(unescape(more), htmx=True), stage))
        for found in _CARD.finditer(html):
            place = found["place"] or place
            if found["deal"]:
                here = stages.index(place)
                there = stages[here + 1 if here + 1 < len(stages) else here - 1]
                fields = {"csrf_token": token, "version": found["version"], "from_stage": place,
                          "stage": there}  # fmt: skip
                requests.append(Request(f"/deals/{found['deal']}/move", fields, htmx=True))
    return requests[:n]


def creations(client: Client, n: int, customers: list[int]) -> list[Request]:
    """``n`` new deals, each at one of ``customers``."""
    html = client.text("/deals/new")
    form = next(form for form in forms_in(html) if "expected_close" in form.fields)
    return [
        Request(
            form.action,
            {**form.fields, "name": f"测速流量计 {next(_serial)} 台", "customer": f"C-{id:06d}",
             "amount": "12500.00", "expected_close": "2030-01-31"},
            expect=303,
        )
        for id in islice(cycle(customers), n)
    ]  # fmt: skip
