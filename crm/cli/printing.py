"""What several commands print: tables, and names that are near a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import flask_babel
from flask import g

from crm.formatting import room_of
from crm.models.session import ONE_TIME_LIVES

HOURS = int(ONE_TIME_LIVES.total_seconds() // 3600)


def in_english() -> None:
    """Texts from here on are English, as every command's are, whatever the pages' language."""
    g.language = "en"
    flask_babel.refresh()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text with aligned columns; Chinese characters are two columns wide."""
    widths = [max(room_of(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (most - room_of(cell)) for cell, most in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def near(wanted: str, names: Iterable[str]) -> str:
    """`` Did you mean …?`` with the names most like ``wanted`` in any case, or nothing."""
    known = {name.lower(): name for name in names}
    matches = [known[name] for name in get_close_matches(wanted.lower(), known, cutoff=0.6)]
    return f" Did you mean {', '.join(matches)}?" if matches else ""
