"""What histories keep of a deal's parts that stand in tables of their own."""

from __future__ import annotations

from collections.abc import Sequence


def difference(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Old and new, each in one text: what only one side says, or all where their order is new."""
    old = [text for text in before if text not in after]
    new = [text for text in after if text not in before]
    if not (old or new):
        old, new = list(before), list(after)
    return ["; ".join(old), "; ".join(new)]
