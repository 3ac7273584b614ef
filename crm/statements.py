"""What a statement can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

# SQLite takes 32,766 values in one, PostgreSQL 65,535.
MOST = 500


def in_parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """``ids``, some at a time, as a statement can hold them."""
    rest = iter(ids)
    while some := list(islice(rest, MOST)):
        yield some
