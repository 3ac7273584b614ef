"""One thing looked at, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """What was looked at and found; ``remedy`` says how to mend what is not ok."""

    name: str
    level: Level
    found: str
    remedy: str = ""

    @classmethod
    def ok(cls, name: str, found: str) -> Check:
        return cls(name, Level.OK, found)

    @classmethod
    def warn(cls, name: str, found: str, remedy: str) -> Check:
        return cls(name, Level.WARN, found, remedy)

    @classmethod
    def bad(cls, name: str, found: str, remedy: str) -> Check:
        return cls(name, Level.BAD, found, remedy)
