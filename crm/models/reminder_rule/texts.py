"""The texts of the tasks that a rule makes: what stands in braces names the record."""

from __future__ import annotations

import re

# Each by its name in English and in Chinese; a text may use either.
PLACEHOLDERS = {
    "customer": "客户",
    "name": "名称",
    "owner": "负责人",
    "date": "日期",
    "days": "天数",
}
_BY_WORD = {word: name for name, chinese in PLACEHOLDERS.items() for word in (name, chinese)}
_BRACED = re.compile(r"\{([^{}]*)\}")


def unknown_in(text: str) -> list[str]:
    """What stands in braces and names nothing that is known of a record."""
    return [word for word in _BRACED.findall(text) if word.strip() not in _BY_WORD]


def filled(text: str, known: dict[str, str]) -> str:
    """``text`` with what is known in the place of its braces; other braces stay as they are."""

    def said(found: re.Match[str]) -> str:
        name = _BY_WORD.get(found[1].strip())
        return found[0] if name is None else known[name]

    return _BRACED.sub(said, text)
