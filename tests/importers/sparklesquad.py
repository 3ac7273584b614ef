"""Where the public sample of a company's CRM lies, what its files say, and how it is brought in."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "sparklesquad-crm"
COMMANDS = (
    ("users", "sales_teams.csv"),
    ("customers", "accounts.csv"),
    ("deals", "sales_pipeline.csv", "--map", "external_id=opportunity_id", "--map",
     "customer=account", "--map", "owner=sales_agent", "--map", "product=product", "--map",
     "amount=close_value", "--map", "outcome=deal_stage", "--map", "created_at=created_on", "--map",
     "closed_at=close_date"),
)  # fmt: skip
# The command, and the most memory that its own program held: what a parent is told of a child
# (ru_maxrss) counts the parent too.
PROGRAM = """
import atexit
from crm.cli import main
atexit.register(lambda: print(next(line for line in open("/proc/self/status") if "VmHWM" in line)))
main()
"""


class Run(NamedTuple):
    said: str
    seconds: float
    megabytes: float


def sample(name: str) -> Path:
    """One of its files. Where the sample is not installed: a failure in CI, else a skip."""
    path = FOLDER / name
    if not path.exists():
        message = f"the sample data is not installed: no {FOLDER.name}/{name} in shared/data"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def read(name: str) -> list[dict[str, str]]:
    """The rows of one file, read plainly: what the imported figures are compared with."""
    with sample(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def crm_import(url: str, instance: object, noun: str, file: str, *options: str) -> Run:
    """Run the command as a process of its own, as a person would."""
    began = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, "import", noun, str(sample(file)), *options],
        env={**os.environ, "CRM_DATABASE_URL": url, "CRM_INSTANCE": str(instance)},
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    said, _, memory = process.stdout.partition("VmHWM:")
    assert process.returncode == 0, said
    return Run(said, time.monotonic() - began, int(memory.split()[0]) / 1024)
