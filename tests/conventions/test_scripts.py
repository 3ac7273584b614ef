"""Our scripts: small as a whole, each attached by what a template names, and listening once."""

from __future__ import annotations

import re
from pathlib import Path

import crm

SCRIPTS = Path(crm.__file__).parent / "static/js"
TEMPLATES = Path(crm.__file__).parent / "templates"
MOST_BYTES = 30_000


def test_our_scripts_are_small() -> None:
    assert sum(path.stat().st_size for path in SCRIPTS.rglob("*.js")) < MOST_BYTES


def test_every_behaviour_that_a_template_names_exists_and_every_one_is_named() -> None:
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'data-behaviour="([a-z]+)"', path.read_text())
    }
    assert named == {path.stem for path in (SCRIPTS / "behaviours").glob("*.js")}


def test_every_behaviour_exports_how_it_is_connected_and_nothing_else() -> None:
    for path in (SCRIPTS / "behaviours").glob("*.js"):
        exported = re.findall(r"^export .*", path.read_text(), re.MULTILINE)
        assert [re.match(r"export function connect\(\w+\) \{", line) is not None
                for line in exported] == [True], path.name  # fmt: skip


def test_every_module_that_is_imported_exists() -> None:
    for path in SCRIPTS.rglob("*.js"):
        for name in re.findall(r'^import .*?"(\.[^"]+)";$', path.read_text(), re.MULTILINE):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"
