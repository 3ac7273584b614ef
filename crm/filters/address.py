"""How the values of a filter stand in the address of its list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from werkzeug.datastructures import MultiDict

from crm import clock
from crm.paging import LONGEST

MOST_VALUES = 50

End = TypeVar("End")


def sent(args: MultiDict[str, str], name: str) -> list[str]:
    """What an address says of ``name``; a form asks for a range by its two ends."""
    first, last = (args.get(f"{name}_{end}", "") for end in ("from", "to"))
    return [f"{first}..{last}"] if first or last else args.getlist(name)


def read(texts: list[str], kind: Any) -> Any:
    """The values of an argument as ``kind``, or ``None`` where there is nothing to understand."""
    longest = getattr(_plain(kind), "LONGEST", LONGEST)
    texts = [text.replace("\0", "").strip()[:longest] for text in texts]
    if get_origin(kind) is not tuple:
        return _read_one(texts[0], kind) if texts and texts[0] else None
    parts = [part for text in texts for part in text.split(",") if part][:MOST_VALUES]
    values = [value for part in parts if (value := _read_one(part, get_args(kind)[0])) is not None]
    return tuple(dict.fromkeys(values)) or None


def _read_one(text: str, kind: Any) -> Any:
    """``text`` as ``kind``, or ``None``."""
    kind = _plain(kind)
    try:
        if kind is bool:
            return text == "1"
        if kind is int:
            number = int(text)
            return number if 0 < number < 2**31 else None
        if kind is date:
            return read_day(text)
        return kind(text)
    except ValueError:
        return None


def _plain(kind: Any) -> Any:
    """What a value is where there is one: ``Days | None`` → ``Days``."""
    if isinstance(kind, UnionType):
        return next(part for part in get_args(kind) if part is not type(None))
    return kind


def read_day(text: str) -> date:
    """A day as ISO 8601 writes it.

    :raises ValueError: it is none, or so far off that no sum of days leads to it.
    """
    day = date.fromisoformat(text)
    if not clock.is_near(day):
        raise ValueError(text)
    return day


def range_of(text: str, read_end: Callable[[str], End]) -> tuple[End | None, End | None]:
    """The two ends of ``first..last``, of which one may be missing.

    :raises ValueError: it is no range.
    """
    first, last = (read_end(end) if end else None for end in text.split(".."))
    if first is None and last is None:
        raise ValueError(text)
    return first, last


def written(value: Any) -> str:
    """A value as it stands in the address."""
    if isinstance(value, tuple):
        return ",".join(str(each) for each in value)
    return "1" if value is True else str(value)
