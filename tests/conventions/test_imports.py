"""Imports run one way: from the web and the commands down to the models and their base."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import crm

ROOT = Path(crm.__file__).parent

# From the bottom up. A part may import from the lines below its own, and from within itself.
LAYERS = (
    ("amounts", "clock", "config", "folding", "formulas", "months", "names", "once", "schedules",
     "statements", "telephones"),
    ("base", "likenesses", "recurrence", "reported_days", "terms", "vcards"),
    ("extensions",),
    ("models",),
    ("contact_cards", "paid_guard", "search_index", "nouns"),
    ("assets", "devices", "files", "hypermedia", "links", "paging", "policies", "reactions",
     "schema", "security", "seed", "wording", "postman", "migrations"),
    ("refusals",),
    ("formatting",),
    ("reminder_words",),
    ("approval_words", "cost_words", "flow_words", "templating", "units"),
    ("batches", "errors", "filters", "signing_in", "importers", "places",
     "unused_files"),
    ("sentences",),
    ("exporters", "forms", "papers", "queries"),
    ("demo", "mail", "timetable"),
    ("blueprints", "jobs"),
    ("server",),
    ("cli",),
    ("crm",),
)  # fmt: skip

# What imports upwards, and why it cannot be otherwise. All of these are inside functions.
EXCEPTIONS = {
    ("extensions", "models"): "times are shown in the company's zone, which is a row",
    ("server", "crm"): "each web process makes its own application",
    ("cli", "crm"): "a command makes the application it runs in",
}


class Import(NamedTuple):
    """One part of the code using another."""

    importer: str
    imported: str
    file: str
    line: int
    inside_function: bool


def imports() -> Iterator[Import]:
    """Every import of our own code in our own code, those for type checkers left out."""
    for file in sorted(ROOT.rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        importer = "crm" if name == "__init__.py" else name.split("/")[0].removesuffix(".py")
        tree = ast.parse(file.read_text())
        unseen = _ids_inside(tree, lambda node: isinstance(node, ast.If) and _is_typing(node.test))
        lazy = _ids_inside(tree, lambda node: isinstance(node, ast.FunctionDef))
        for node in ast.walk(tree):
            if id(node) not in unseen:
                for imported in _parts_named(node):
                    yield Import(importer, imported, name, node.lineno, id(node) in lazy)  # type: ignore[attr-defined]


def _ids_inside(tree: ast.AST, holds) -> set[int]:  # type: ignore[no-untyped-def]
    return {id(inner) for node in ast.walk(tree) if holds(node) for inner in ast.walk(node)}


def _is_typing(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _parts_named(node: ast.AST) -> list[str]:
    """``from crm.models.deal import Deal`` → ``models``; ``from crm import clock`` → ``clock``."""
    if isinstance(node, ast.ImportFrom) and node.module == "crm":
        return [alias.name if _is_part(alias.name) else "crm" for alias in node.names]
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crm."):
        return [str(node.module).split(".")[1]]
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names if alias.name.split(".")[0] == "crm"]
        return [name.split(".")[1] if "." in name else "crm" for name in names]
    return []


def _is_part(name: str) -> bool:
    return (ROOT / name).is_dir() or (ROOT / f"{name}.py").exists()


def layer_of(part: str) -> int:
    return next(level for level, parts in enumerate(LAYERS) if part in parts)


def test_every_part_has_its_layer() -> None:
    existing = {
        path.stem for path in ROOT.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }  # fmt: skip
    declared = {part for parts in LAYERS for part in parts}
    assert existing - declared == set()
    assert declared - existing == {"crm", "migrations"}


def test_imports_run_downwards() -> None:
    wrong = [
        f"{file}:{line}: {importer} imports {imported}"
        for importer, imported, file, line, _ in imports()
        if importer != imported
        and layer_of(imported) >= layer_of(importer)
        and (importer, imported) not in EXCEPTIONS
    ]
    assert wrong == []


def test_exceptions_are_needed_and_wait_until_they_are_called() -> None:
    upwards = [found for found in imports() if (found.importer, found.imported) in EXCEPTIONS]
    assert {(found.importer, found.imported) for found in upwards} == set(EXCEPTIONS)
    assert [found for found in upwards if not found.inside_function] == []


def test_the_entry_point_only_makes_the_application() -> None:
    wsgi = (ROOT.parent / "wsgi.py").read_text()
    names = [node for node in ast.parse(wsgi).body if not isinstance(node, ast.Expr)]
    assert [type(node) for node in names] == [ast.ImportFrom, ast.Assign]
