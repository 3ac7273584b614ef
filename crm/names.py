"""People's names: a Chinese one has its family name first, and nothing between the two."""

from __future__ import annotations

import re
import unicodedata

# Letters that are drawn as nothing; the marks that are none are known by their category.
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff·]+(?:\s[\u3400-\u9fff·]+)*")


def tidy_name(name: str | None) -> str | None:
    """``王 芳`` → ``王芳``; other names keep single spaces, and none what cannot be seen.

    Somebody could otherwise be called like a colleague, or turn around the text behind the name.
    """
    if name is None:
        return None
    name = " ".join("".join(filter(_is_seen, _BLANK.sub("", name))).split())
    return name.replace(" ", "") if _CHINESE_NAME.fullmatch(name) else name


def _is_seen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in {"Cc", "Cf"}


def full_name(family: str, given: str) -> str:
    """One name from the two cells of a form or spreadsheet, each in its own order.

    >>> full_name("王", "芳"), full_name("Cantrell", "Donn")
    ('王芳', 'Donn Cantrell')
    """
    both = f"{family} {given}".strip()
    return tidy_name(both if _CHINESE_NAME.fullmatch(both) else f"{given} {family}") or ""
