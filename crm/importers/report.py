"""The report of a pass: counts, the first rows as they become, problems, twins, the bad rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select, tuple_

from crm.extensions import choose_language, db
from crm.formulas import guarded
from crm.importers.endings import ENDING_WORDS, Ending
from crm.importers.importer import Importer
from crm.importers.problems import REASON, Problem
from crm.importers.rows import Fate, Result, Row, Watcher
from crm.importers.table import Line
from crm.likenesses import LikenessKind, name_key
from crm.models import Contact, Customer, Likeness, User
from crm.models.bilingual import Bilingual
from crm.telephones import phone_key
from crm.wording import person_word, word_for

# What the preview shows; the file of bad rows has them all.
ROWS_SHOWN, PROBLEMS_SHOWN, TWINS_SHOWN = 8, 200, 50
# The fields that say a number; the last two are the first contact's of a customer.
_NUMBERS = ("phone", "mobile", "contact_phone", "contact_mobile")

Key = tuple[LikenessKind, str]


class Report(Watcher):
    """Watches a pass and keeps what people are told of it."""

    def __init__(self, *, seeks_twins: bool, bad_rows: Path) -> None:
        self._seeks_twins = seeks_twins
        self._rows: list[dict[str, Any]] = []
        self._twins: list[dict[str, Any]] = []
        self._twin_count = 0
        self._new: dict[Key, list[tuple[int, str]]] = {}
        self._first_line: dict[Key, int] = {}
        self._told = 0  # how many problems stand in the file
        self._file = bad_rows.open("w", encoding="utf-8-sig", newline="")
        self._bad = csv.writer(self._file)
        self.refused = 0

    def saw(
        self, importer: Importer, row: Row, record: Any | None, fate: Fate, changes: set[str]
    ) -> None:
        if len(self._rows) < ROWS_SHOWN and fate is not Fate.SKIPPED:
            zone = importer.known.timezone
            cells = {
                name: [shown(importer.now(row, record, name), zone) if name in changes else "",
                       shown(value, zone)]
                for name, value in row.values.items() if name != "code"
            }  # fmt: skip
            if record is not None and "name" in cells and not row.values["name"]:
                cells["name"] = ["", str(record)]
            self._rows.append({"line": row.line, "fate": fate.value, "cells": cells})
        if self._seeks_twins and fate is Fate.CREATED and importer.model in (Customer, Contact):
            self._expect_twins_of(row)

    def took(
        self, header: Sequence[str], lines: Iterable[Line], problems: Sequence[Problem]
    ) -> None:
        """A batch is through: keep its bad rows, and look for twins of its new ones."""
        if not self._file.tell():
            self._bad.writerow([guarded(cell) for cell in (*header, str(REASON))])
        reasons: dict[int, list[str]] = {}
        for problem in problems:
            where = f"{problem.column}: " if problem.column else ""
            reasons.setdefault(problem.line, []).append(f"{where}{problem.reason}")
        self.refused += len(reasons)
        for line in lines:
            if line.number in reasons:
                cells = (*line.cells, *[""] * (len(header) - len(line.cells)))
                said = "; ".join(reasons[line.number])
                self._bad.writerow([guarded(cell) for cell in (*cells, said)])
        self._find_twins()

    def close(self) -> None:
        """The file of bad rows is whole."""
        self._file.close()

    def stored(self, result: Result, unread: Sequence[str]) -> dict[str, Any]:
        """What the run keeps of it."""
        return {
            "counts": {
                "created": result.created, "updated": result.updated,
                "unchanged": result.unchanged, "skipped": result.skipped, "refused": self.refused,
            },
            "rows": self._rows,
            "problems": [list(problem) for problem in result.problems[:PROBLEMS_SHOWN]],
            "problem_count": len(result.problems),
            "twins": self._twins, "twin_count": self._twin_count,
            "unread": list(unread),
        }  # fmt: skip

    def _expect_twins_of(self, row: Row) -> None:
        values, name = row.values, str(row.values.get("name") or "")
        keys: list[Key] = [
            (LikenessKind.PHONE, key)
            for field in _NUMBERS
            if values.get(field) and (key := phone_key(values[field]))
        ]
        if "customer" not in values and len(key := name_key(name)) > 1:
            keys.append((LikenessKind.NAME, key))
        for each in dict.fromkeys(keys):
            self._new.setdefault(each, []).append((row.line, name))

    def _find_twins(self) -> None:
        if not self._new:
            return
        alike = Likeness.of_customers().subquery()
        known = select(alike.c.kind, alike.c.value, Customer).join(
            Customer, Customer.id == alike.c.customer_id
        )
        found: dict[Key, Customer] = {
            (kind, value): customer
            for kind, value, customer in db.session.execute(
                known.where(tuple_(alike.c.kind, alike.c.value).in_(sorted(self._new)))
            )
        }
        for key, rows in self._new.items():
            for line, name in rows:
                first = self._first_line.setdefault(key, line)
                other = found.get(key)
                if other is not None or first != line:
                    self._note_twin(line, name, key[0], other, first)
        self._new.clear()

    def _note_twin(
        self, line: int, name: str, kind: LikenessKind, other: Customer | None, first: int
    ) -> None:
        self._twin_count += 1
        if len(self._twins) < TWINS_SHOWN:
            self._twins.append({
                "line": line, "name": name, "kind": kind.value,
                "customer": other.id if other else None,
                "other": str(other) if other else "", "first": first,
            })  # fmt: skip


def shown(value: Any, zone: str) -> str:
    """A value as the preview shows it, in the reader's language."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Bilingual):
        return value.label(choose_language())
    if isinstance(value, User):
        return person_word(value)
    if isinstance(value, Ending):
        return str(ENDING_WORDS[value])
    if isinstance(value, StrEnum):
        with suppress(KeyError):
            return word_for(value)
        return value.value
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(zone))
        return (
            f"{local:%Y-%m-%d}" if not (local.hour or local.minute) else f"{local:%Y-%m-%d %H:%M}"
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, list):
        return ", ".join(shown(each, zone) for each in value)
    return str(value)
