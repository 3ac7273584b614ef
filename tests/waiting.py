"""How long the tests wait for what must happen, in one place.

Whether a test passes must not depend on what else the machine does: nothing here is slow because
it is allowed to be, and what never happens is found all the same, only later.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. On a quiet machine nothing that is waited for takes a tenth of it.
PATIENCE = 90


def eventually(happened: Callable[[], object], what: str = "it") -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE} s"
        time.sleep(0.02)
