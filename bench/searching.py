"""What a search among 200,000 customers takes: ``python -m bench.searching``.

Each term is looked for seven times, as the customer list does it: fifty rows, newest first, and
how many there are. Printed is the median of each, and over all terms.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from bench.places import Place
from bench.world import Size
from crm import create_app
from crm.extensions import db, reading_only
from crm.filters.customers import CustomerFilter
from crm.models import User

CUSTOMERS, TIMES = 200_000, 7
# Names, places, pinyin, initials, legal forms that nearly all share, digits, codes, nothing.
TERMS = ("碧渊", "大连", "dalian", "青岛盛屹", "shengyi", "qdsy", "有限公司", "迈德机械", "渊",
         "021555", "0411", "C-000123", "C-199999", "青岛 机械", "7788", "xyzzy")  # fmt: skip


def main() -> None:
    """Print a line for each term, and the median over all."""
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        Place(Path(folder)).make(Size(CUSTOMERS, 2 * CUSTOMERS, 1, 1, 1, 1))
        app = create_app({"INSTANCE": folder})
        with app.app_context():
            reading_only.set(True)
            administrator = User.with_rights().where(User.username == "administrator")
            user = db.session.scalars(administrator).unique().one()
            medians = [measure(term, user) for term in TERMS]
    print(f"{'median':12} {statistics.median(medians):8.1f} ms")


def measure(term: str, user: User) -> float:
    """The median of one term in milliseconds."""
    filter, took = CustomerFilter(q=term), []
    for _ in range(TIMES):
        db.session.rollback()
        begun = time.perf_counter()
        filter.shown_to(user)
        took.append((time.perf_counter() - begun) * 1000)
    found = filter.narrow(user).with_only_columns(func.count(), maintain_column_froms=True)
    count = db.session.scalar(select(found.scalar_subquery()))
    print(f"{term:12} {statistics.median(took):8.1f} ms {count:>8,} rows", flush=True)
    return statistics.median(took)


if __name__ == "__main__":
    main()
