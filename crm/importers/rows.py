"""The rows of a pass: what each says, what becomes of it, and who watches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crm.importers.problems import Problem

if TYPE_CHECKING:
    from crm.importers.importer import Importer


@dataclass
class Row:
    """One row: where it stands, what its cells say, and the values read from them."""

    line: int
    texts: dict[str, str]
    values: dict[str, Any]
    key: str = ""
    # What else it is about, as the importer of its noun read it.
    besides: Any = None


class Fate(StrEnum):
    """What becomes of a row that can be taken."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # its record is here, or is not, and the plan wants only the others


class Watcher:
    """Sees each row that can be taken, while a pass goes on."""

    def saw(
        self, importer: Importer, row: Row, record: Any | None, fate: Fate, changes: set[str]
    ) -> None:
        """What becomes of ``row``; ``changes`` are the fields that differ from its ``record``."""


@dataclass
class Result:
    """What an import did or, after a check, would do; ``besides`` counts what else it makes."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    besides: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The rows that were taken."""
        return self.created + self.updated + self.unchanged
