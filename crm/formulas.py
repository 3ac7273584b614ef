"""Text that a spreadsheet would run as a formula: guarded in what we write, bare in what we read.

The guard is one ``'``. Text that has guards of its own gets one more, so that reading what was
written gives back the text exactly.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def guarded(text: str) -> str:
    """``=1+1`` → ``'=1+1``; other text stays as it is."""
    return f"'{text}" if _RUN.match(text) else text


def bare(text: str) -> str:
    """``'=1+1`` → ``=1+1``: takes off what ``guarded`` puts on."""
    return text[1:] if _GUARDED.match(text) else text
