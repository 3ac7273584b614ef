"""Build the world, count queries, start the server, measure, report."""

from __future__ import annotations

import argparse
import sys
import time

from flask import Flask

from bench import report
from bench.client import WrongAnswer
from bench.counting import Cost, costs_for
from bench.measuring import measure
from bench.pages import Targets, lines_for
from bench.places import two_places
from bench.serving import served
from bench.world import Size
from bench.world.people import PASSWORD
from crm import clock
from crm.extensions import db
from crm.models import User

PEOPLE = ("manager", "administrator")
SMALLER = 20


def main() -> None:
    """Exit code 1 only if the server answered something else than what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    database = parser.parse_args().database
    try:
        run(database)
    except WrongAnswer as error:
        sys.exit(f"wrong answer: {error}")


def run(database: str) -> None:
    """Measure on one kind of database, print and save the figures."""
    begun, data = clock.now(), report.circumstances(database)
    with two_places(database) as (full, small):
        tell("Building the world and a smaller copy")
        small_app, app = small.make(Size().over(SMALLER)), full.make(Size())
        tell("Counting queries in both")
        lines = {name: lines_for(targets_of(app, name)) for name in PEOPLE}
        costs, costs_small = count(app), count(small_app)
        with served(full.environment) as port:
            for name in PEOPLE:
                tell(f"Measuring as the {name}")
                times = measure(port, name, PASSWORD, lines[name])
                data[name] = report.rows_of(lines[name], times, costs[name], costs_small[name])
    data["seconds"] = round((clock.now() - begun).total_seconds())
    text = report.text(data, {name: data[name] for name in PEOPLE})
    print(text)
    print(f"\nSaved as {report.save(begun, text, data)}")


def count(app: Flask) -> dict[str, dict[str, Cost]]:
    """Costs by person and line; lets go of the database, which the server takes next."""
    costs = {name: costs_for(app, name, lines_for(targets_of(app, name))) for name in PEOPLE}
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return costs


def targets_of(app: Flask, username: str) -> Targets:
    """The records that ``username`` opens."""
    with app.app_context():
        query = User.with_rights().where(User.username == username)
        return Targets.of(db.session.scalars(query).unique().one())


def tell(what: str) -> None:
    """Say what goes on, with the time."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
