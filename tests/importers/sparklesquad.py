"""Where the public sample of a company's CRM lies, and what its files say."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "sparklesquad-crm"


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
