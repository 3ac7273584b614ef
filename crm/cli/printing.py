"""What several commands print: tables, one-time addresses, names that are near a wrong one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from flask import current_app

from crm.models import OneTimeLink, User
from crm.models.session import ONE_TIME_LIVES, LinkPurpose

# The pages that take a one-time secret.
PATHS = {LinkPurpose.SET_UP: "setup", LinkPurpose.SET_PASSWORD: "set-password"}
HOURS = int(ONE_TIME_LIVES.total_seconds() // 3600)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text with aligned columns; Chinese characters are two columns wide."""
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (most - width(cell)) for cell, most in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def one_time_address(purpose: LinkPurpose, user: User | None = None) -> str:
    """A new address that works once; an older one for the same thing stops working."""
    secret = OneTimeLink.make(purpose, user)
    return f"{current_app.config['BASE_URL']}/{PATHS[purpose]}/{secret}"


def near(wanted: str, names: Iterable[str]) -> str:
    """`` Did you mean …?`` with the names most like ``wanted``, or nothing."""
    matches = get_close_matches(wanted.lower(), list(dict.fromkeys(names)), n=3, cutoff=0.5)
    return f" Did you mean {', '.join(matches)}?" if matches else ""
