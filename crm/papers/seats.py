"""How many papers are set at once, by all processes of an installation together.

Setting one may take two gigabytes: each needs a seat, a file in the instance folder that is
locked as long as the typesetter runs. The system frees it whatever ends that program.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SEATS = 2
# Seconds that a request waits for a seat. Longer, and those who wait keep all others waiting.
WAITS, LOOKS_EVERY = 3.0, 0.1


class AllTaken(Exception):
    """So many papers are being set that this one must wait for longer than a request may."""


@contextmanager
def seat_in(folder: Path, waits: float = WAITS) -> Iterator[int]:
    """A seat, held inside; the descriptor that holds it is for the typesetter to inherit.

    :param waits: seconds.
    :raises AllTaken: none became free in time.
    """
    deadline = time.monotonic() + waits
    while (held := _take_one(folder)) is None:
        if time.monotonic() >= deadline:
            raise AllTaken
        time.sleep(LOOKS_EVERY)
    try:
        yield held
    finally:
        os.close(held)


def _take_one(folder: Path) -> int | None:
    for number in range(1, SEATS + 1):
        path = folder / f"typesetter-{number}.lock"
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
        else:
            return held
    return None
