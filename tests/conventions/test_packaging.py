"""The wheel that servers install holds the whole program."""

from __future__ import annotations

import tomllib
from pathlib import Path

import crm

ROOT = Path(crm.__file__).parent
SETTINGS = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_file_of_the_program_is_code_of_a_package_or_named_as_data() -> None:
    files = {path for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    code = {
        path for path in files if path.suffix == ".py" and (path.parent / "__init__.py") in files
    }
    data = {path for glob in SETTINGS["package-data"]["crm"] for path in ROOT.glob(glob)}
    assert {str(path) for path in files - code - data} == set()


def test_every_folder_between_a_package_and_the_top_is_a_package() -> None:
    packages = {path.parent for path in ROOT.rglob("__init__.py")}
    assert {str(path) for path in packages if path != ROOT and path.parent not in packages} == set()
