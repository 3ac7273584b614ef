"""Text that a spreadsheet would run as a formula: guarded in what we write, bare in what we read.

The guard is one ``'`` before what begins a formula: where the text begins, and where a spreadsheet
that divides cells at semicolons, tabs or line breaks would begin another cell in it. Text that has
guards of its own gets one more, so that reading what was written gives back the text exactly.
"""

from __future__ import annotations

import re

_BEGINS = r"(?:\A|(?<=[;\t\r\n]))"
_RUNS = r"(?='*[=+\-@\t\r\n＝＋－＠])"  # Chinese editions run the wide signs too
_UNGUARDED = re.compile(_BEGINS + _RUNS)
_GUARD = re.compile(f"{_BEGINS}'{_RUNS}")


def guarded(text: str) -> str:
    """``=1+1`` → ``'=1+1``, ``x;=1`` → ``x;'=1``; other text stays as it is."""
    return _UNGUARDED.sub("'", text)


def bare(text: str) -> str:
    """``'=1+1`` → ``=1+1``: takes off what ``guarded`` puts on."""
    return _GUARD.sub("", text)
