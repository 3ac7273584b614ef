"""The journal of a run: which records it made, and what each column said before it changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from crm.extensions import db
from crm.models import ImportEntry, ImportRun, plain


class Journal:
    """Collects the entries of a batch, and writes them once its records are flushed."""

    def __init__(self, run: ImportRun) -> None:
        self._run_id = run.id
        self._entries: list[tuple[int, str, Any, dict[str, Any] | None]] = []

    def made(self, line: int, record: Any, *, noun: str = "") -> None:
        """The row on ``line`` became ``record``; ``noun``, if it is of another than the run's."""
        self._entries.append((line, noun, record, None))

    def about_to_change(
        self, line: int, record: Any, columns: list[str], *, noun: str = ""
    ) -> None:
        """The row on ``line`` will change these columns of ``record``, or only what hangs on it."""
        if not columns:
            return
        before = {name: plain_of(record, name) for name in columns}
        self._entries.append((line, noun, record, before))

    def write(self) -> None:
        """Keep what was collected."""
        rows = [
            {
                "run_id": self._run_id, "noun": noun, "record_id": record.id, "line": line,
                "name": str(record)[:200],
                "changes": before and {
                    name: [was, plain_of(record, name)] for name, was in before.items()
                },
            }
            for line, noun, record, before in self._entries
        ]  # fmt: skip
        if rows:
            db.session.execute(insert(ImportEntry), rows)
        self._entries.clear()


def plain_of(record: Any, column: str) -> Any:
    """What a column of ``record`` says, and whether a deal is won or lost."""
    if column == "outcome":
        return record.outcome.kind.value if record.outcome else None
    return plain.plain_of(record, column)
