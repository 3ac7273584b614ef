"""Small spreadsheets, and running them through the importer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import g

from crm.importers import IMPORTERS, Import, Mapping, Result, Table


@pytest.fixture(autouse=True)
def _english(context: None) -> None:
    """Reasons are compared in English, whatever the catalogue says."""
    g.language = "en"


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: ``spreadsheet("name,phone", "Sigma,123")``."""

    def write(*lines: str, encoding: str = "utf-8", name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write


@pytest.fixture
def bring(spreadsheet: Callable[..., Path]) -> Callable[..., Result]:
    """Imports a few lines: ``bring("customers", "name,phone", "Sigma,123")``."""

    def run(noun: str, *lines: str, check: bool = False, **options: Any) -> Result:
        made = prepare(noun, spreadsheet(*lines), **options)
        return made.check() if check else made.write()

    return run


def prepare(noun: str, path: Path, *, day_order: str | None = None, **mapping: Any) -> Import:
    """An import of ``path``; ``columns``, ``constants`` and ``translations`` are the mapping's."""
    table, importer = Table(path), IMPORTERS[noun]
    return Import(
        importer, table, Mapping.of(importer.fields, table.header, **mapping), day_order=day_order
    )


def reasons(result: Result) -> list[tuple[int, str, str, str]]:
    """The problems as plain tuples."""
    return [tuple(problem) for problem in result.problems]
