"""What a verb raises that does not fit a record as it is."""

from __future__ import annotations


class VerbRefused(Exception):
    """It has changed nothing; ``reason`` is a word that the pages explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
