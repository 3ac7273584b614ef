"""What an export of 200,000 customers takes: ``python -m bench.exporting``.

Each kind of file is written in a process of its own, whose largest memory is compared with what
the application takes before it.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

from bench.places import Place
from bench.world import Size
from crm import create_app
from crm.exporters import Export, Format
from crm.extensions import db
from crm.filters.customers import CustomerFilter
from crm.models import User

COUNTS = (20_000, 200_000)


def main() -> None:
    """Print rows, seconds, the file's size and the memory that came on top, for each file."""
    spawn = multiprocessing.get_context("spawn")
    print("  rows  file  seconds  file MB  memory MB")
    for count in COUNTS:
        with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
            Place(Path(folder)).make(Size(count, count, 1, 1, 1, 1))
            for kind in Format:
                with spawn.Pool(1) as pool:
                    print(pool.apply(measure, (folder, kind)), flush=True)


def measure(folder: str, kind: Format) -> str:
    """One line of the table."""
    app = create_app({"INSTANCE": folder})
    with app.app_context():
        administrator = User.with_rights().where(User.username == "administrator")
        by = db.session.scalars(administrator).unique().one()
        before, begun = memory(), time.perf_counter()
        export = Export("customers", CustomerFilter(), kind, by)
        with export.write() as file:
            took, size = time.perf_counter() - begun, file.seek(0, 2)
        return (
            f"{export.count:>6,}  {kind:4}  {took:7.1f}  {size / 1e6:7.1f}"
            f"  {(memory() - before) / 1e3:9.1f}"
        )


def memory() -> int:
    """The most memory that this process has had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
