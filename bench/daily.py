"""What a daily report takes: ``python -m bench.daily [--database postgresql] [--keep FOLDER]``.

In a firm with 200 reps who logged 20,000 activities on the day, and 1,000 on each of the 28 days
before.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from random import Random

from flask import Flask
from sqlalchemy import func, insert, select

from bench.client import Client, Request, in_process
from bench.counting import print_cost, tell_circumstances
from bench.places import one_place
from bench.world import SEED, Size
from bench.world.people import PASSWORD
from crm import clock
from crm.extensions import db
from crm.models import Activity, Company, Customer, Option, OptionList, Role, Team, User, UserRole

SIZE = Size(2_000, 2_800, 2_000, 1_000, 4_000, 400)
REPS, TODAY, BEFORE, DAYS = 200, 20_000, 1_000, 28
PEOPLE = ("rep1", "manager", "administrator")


def main() -> None:
    """Build the world, or take the one that is kept, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.daily", description=__doc__)
    with one_place(parser) as place:
        app = place.kept(SIZE)
        with app.app_context():
            day = fill(Random(SEED))
        tell_circumstances(app)
        measure(app, day)


def fill(dice: Random) -> date:
    """Hire as many reps as there are to be, and write a busy day; the newest that is there."""
    reps = list(db.session.scalars(select(User.id).join(UserRole).where(UserRole.role == Role.REP)))
    if len(reps) >= REPS:
        newest = db.session.scalar(select(func.max(Activity.happened_at)))
        assert newest
        return Company.current().day_of(newest)
    team = db.session.scalars(select(Team).where(Team.name == "华东")).one()
    hired = [
        User.join(f"销售{at}", roles={Role.REP}, username=f"hired{at}", team=team)
        for at in range(REPS - len(reps))
    ]
    db.session.flush()
    reps += [rep.id for rep in hired]
    today = Company.current().today()
    kinds = [each.id for each in Option.known(OptionList.ACTIVITY_KIND)]
    customers = list(db.session.scalars(select(Customer.id)))
    days = [(today, TODAY)] + [(today - timedelta(days=at), BEFORE) for at in range(1, DAYS + 1)]
    for day, many in days:
        begin = clock.start_of(day, Company.current().timezone)
        rows = [
            {"by_id": dice.choice(reps), "customer_id": dice.choice(customers),
             "kind_id": dice.choice(kinds), "summary": "谈",
             "happened_at": begin + timedelta(minutes=at % 1_400),
             "created_at": begin + timedelta(days=dice.random() < 0.1, minutes=at % 1_400)}
            for at in range(many)
        ]  # fmt: skip
        db.session.execute(insert(Activity), rows)
    db.session.commit()
    return today


def measure(app: Flask, day: date) -> None:
    """Print what each page takes."""
    with app.app_context():
        engine = db.engine
    for who in PEOPLE:
        client = Client(in_process(app))
        client.sign_in(who, PASSWORD)
        for stretch in ("day", "week", "month"):
            path = f"/daily-reports/{stretch}/{day}"
            print_cost(who, path, client, Request(path), engine)
    engine.dispose()


if __name__ == "__main__":
    main()
