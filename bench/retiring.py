"""Retiring a stage of 10,000 deals: ``python -m bench.retiring [--database postgresql]``.

The stages of a firm's pipeline are retired one after the other, until all its open deals stand in
the last one, and that with all of them. Printed are the deals, milliseconds, and those in which
this process worked, to the end of the commit.
"""

from __future__ import annotations

import argparse
import time

from sqlalchemy import text

from bench.places import two_places
from bench.world import Size
from crm.extensions import db
from crm.models import Pipeline, Stage, User

SIZE = Size(1_000, 1_400, 10_000, 500, 1_000, 0)


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(prog="python -m bench.retiring", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    database = parser.parse_args().database
    with two_places(database) as (place, _other):
        app = place.make(SIZE)
        with app.app_context():
            print(f"{database}\n{'stage':24}{'deals':>8}{'ms':>10}{'of this process':>18}")
            measure()


def measure() -> None:
    """Retire all stages but the last into it, and that into the first, which came back."""
    stages = list(Pipeline.main().stages)
    last = stages[-1]
    for stage in stages[:-1]:
        _retire(stage, last)
    Pipeline.main().bring_back(stages[0], by=_administrator())
    db.session.commit()
    db.session.execute(text("ANALYZE"))  # as PostgreSQL does by itself, after a while
    _retire(last, stages[0])


def _retire(stage: Stage, into: Stage) -> None:
    by, began, worked = _administrator(), time.perf_counter(), time.process_time()
    count = stage.retire(into, by=by)
    db.session.commit()
    took, work = time.perf_counter() - began, time.process_time() - worked
    print(f"{stage.label_en:24}{count:8,}{took * 1000:10.0f}{work * 1000:18.0f}")


def _administrator() -> User:
    chosen = User.with_rights().where(User.username == "administrator")
    return db.session.scalars(chosen).unique().one()


if __name__ == "__main__":
    main()
