"""What searches and lists take in a large firm: ``python -m bench.large [--database postgresql]``.

Among 200,000 customers, 400,000 contacts, 150,000 deals and 300,000 activities each line is asked
seven times as a rep, who owns one of sixty parts, and as the manager of four fifths: the page's
queries as the list runs them, fifty rows and how many there are, or what the palette asks. Printed
is the median of each in milliseconds, and the median over all of a kind: those in which the
processor worked, here and in PostgreSQL, which other work on the machine does not change much.

``--keep FOLDER`` builds the world of SQLite there, or measures the one that is there already.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app
from werkzeug.datastructures import MultiDict

from bench.places import Place, two_places
from bench.world import Size
from crm import create_app, schema
from crm.extensions import db, reading_only
from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.models import User
from crm.queries import search

SIZE, TIMES = Size(200_000, 400_000, 100_000, 50_000, 300_000, 1_000), 7
PEOPLE = ("rep1", "manager", "administrator")
# What is looked for among customers: names, places, pinyin, initials, legal forms that nearly all
# share, digits of phones, codes, notes by part, pinyin and initials, and what is nowhere.
TERMS = (
    "碧渊", "大连", "dalian", "青岛盛屹", "shengyi", "qdsy", "有限公司", "迈德机械", "渊", "021555",
    "0411", "C-000123", "C-199999", "青岛 机械", "7788", "防爆等级", "fangbao", "mycbp",
    "大连 防爆", "ＤＡＬＩＡＮ", "xyzzy",
)  # fmt: skip
# The pages of lists, by their query strings.
LISTS: tuple[tuple[type[ListFilter], str], ...] = (
    (CustomerFilter, ""),
    (CustomerFilter, "owner=me"),
    (CustomerFilter, "kind=dealer"),
    (CustomerFilter, "q=大连&kind=dealer"),
    (CustomerFilter, "sort=name"),
    (CustomerFilter, "sort=grade"),
    (CustomerFilter, "sort=owner"),
    (CustomerFilter, "sort=-last_contact"),
    (CustomerFilter, "sort=-open_amount"),
    (ContactFilter, ""),
    (ContactFilter, "q=wangfang"),
    (ContactFilter, "q=1380"),
    (ContactFilter, "sort=customer"),
    (DealFilter, ""),
    (DealFilter, "q=大连"),
    (DealFilter, "sort=-amount"),
)


class Line(NamedTuple):
    """Something that is asked again and again; it gives how many rows there are."""

    kind: str
    name: str
    ask: Callable[[User], int]


def main() -> None:
    """Build the world and print a line for each question."""
    parser = argparse.ArgumentParser(prog="python -m bench.large", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with nullcontext((Place(given.keep), None)) if given.keep else two_places(given.database) as (
        place, _small,
    ):  # fmt: skip
        begun = time.perf_counter()
        app = _made(place)
        print(f"ready in {time.perf_counter() - begun:.0f} s, load {os.getloadavg()[0]:.1f}")
        with app.app_context():
            reading_only.set(True)
            report()


def _made(place: Place) -> Flask:
    """The application on the world that is there, or is built now."""
    if not place.database_url and (place.instance / "crm.sqlite").exists():
        app = create_app({"INSTANCE": str(place.instance)})
        with app.app_context():
            schema.upgrade()
        return app
    place.instance.mkdir(exist_ok=True)
    return place.make(SIZE)


def report() -> None:
    """Measure in the application at hand."""
    rows = [(line, [measure(line, name) for name in PEOPLE]) for line in lines()]
    print(f"{'':40}" + "".join(f"{name:>14}{'rows':>9}" for name in PEOPLE))
    for line, found in rows:
        cells = "".join(f"{took:11.1f} ms{count:9,}" for took, count in found)
        print(f"{line.kind:8}{line.name:32}{cells}")
    for kind in dict.fromkeys(line.kind for line, _ in rows):
        medians = [
            statistics.median(found[at][0] for line, found in rows if line.kind == kind)
            for at in range(len(PEOPLE))
        ]
        print(f"{kind:8}{'median':32}" + "".join(f"{took:11.1f} ms{'':9}" for took in medians))


def lines() -> Iterator[Line]:
    """Everything that is measured."""
    for term in TERMS:
        yield Line("list", term, _page(CustomerFilter(q=term)))
    for term in TERMS:
        yield Line("search", term, lambda user, term=term: _everywhere(term, user))  # type: ignore[misc]
    for kind, query in LISTS:
        yield Line("page", f"{kind.name()} {query}", _page(kind.parse_text(query)))
    yield Line("page", "customers, the hundredth page", _hundredth)


def _page(filter: ListFilter) -> Callable[[User], int]:
    return lambda user: filter.shown_to(user).total


def _everywhere(term: str, user: User) -> int:
    """As the palette asks: the best of every noun."""
    return sum(len(group.hits) for group in search.found(term, user))


def _hundredth(user: User) -> int:
    """After a place in the middle, as a link leads there."""
    filter = CustomerFilter()
    order = filter.placed(user)
    middle = order.sort(filter.narrow(user)).offset(5_000).limit(1)
    place = _kept.setdefault(user.id, db.session.scalar(middle))
    if place is None:
        return 0
    after = order.write((place.created_at, place.id))
    return CustomerFilter.parse(MultiDict({"after": after})).shown_to(user).total


_kept: dict[int, object] = {}


def measure(line: Line, username: str) -> tuple[float, int]:
    """The median in milliseconds, and how many rows there are; what is asked first is warmed up."""
    took, count = [], 0
    for _ in range(TIMES + 1):
        db.session.rollback()
        user = db.session.scalars(User.with_rights().where(User.username == username)).unique()
        person = user.one()
        with current_app.test_request_context():
            begun = _worked()
            count = line.ask(person)
            took.append((_worked() - begun) * 1000)
    return statistics.median(took[1:]), count


def _worked() -> float:
    """Seconds that the processor worked in this process and, on PostgreSQL, in the one that serves
    it, which Linux tells in nanoseconds.
    """
    seconds = time.process_time()
    if db.engine.dialect.name == "postgresql":
        connection: Any = db.session.connection().connection.dbapi_connection
        server = Path(f"/proc/{connection.info.backend_pid}/schedstat")
        seconds += int(server.read_text().split()[0]) / 1e9
    return seconds


if __name__ == "__main__":
    main()
