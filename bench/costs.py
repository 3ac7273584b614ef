"""What reading costs takes: ``python -m bench.costs [--database postgresql] [--keep FOLDER]``.

In a firm with 50,000 expense items on 20,000 claims and 500 budgets: the inbox, budgets, and the
reports with a row for each of thousands of deals and customers.
"""

from __future__ import annotations

import argparse

from flask import Flask

from bench.client import Client, Request, in_process
from bench.counting import print_cost, tell_circumstances
from bench.places import one_place
from bench.world import Size
from bench.world.people import PASSWORD
from crm.extensions import db

SIZE = Size(claims=20_000, budgets=500)
PEOPLE = ("manager", "administrator")
PAGES = (
    "/approvals",
    "/approvals/others",
    "/budgets",
    "/reports/costs",
    "/reports/costs?by=customer",
    "/reports/costs?by=deal",
    "/reports/cost_kinds",
    "/reports/cost_kinds?by=customer",
    "/reports/customer_costs",
    "/reports/deal_costs",
    "/reports/deal_costs?by=deal",
    "/reports/approving",
    "/reports/budgets",
    "/expenses/items",
)


def main() -> None:
    """Build the world, or take the one that is kept, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    with one_place(parser) as place:
        app = place.kept(SIZE)
        tell_circumstances(app)
        measure(app)


def measure(app: Flask) -> None:
    """Print what each page takes."""
    with app.app_context():
        engine = db.engine
    for who in PEOPLE:
        client = Client(in_process(app))
        client.sign_in(who, PASSWORD)
        for path in PAGES:
            print_cost(who, path, client, Request(path), engine)
    engine.dispose()


if __name__ == "__main__":
    main()
