"""Has papers set as PDF, by a program that may use so much memory and time and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

from crm.papers import typesetter
from crm.papers.seats import seat_in

FOLDER = Path(__file__).parent
FONTS = FOLDER.parent / "fonts"


class NotSet(Exception):
    """The paper came to a limit even without its PDF receipts."""


class Limits(NamedTuple):
    """What setting one paper may use. Thirty photographed receipts take 2 seconds and 300 MB."""

    memory: int = 2_000_000_000
    seconds: int = 40  # of all processors together
    wall: int = 30
    written: int = 250_000_000


LIMITS = Limits()


def typeset(template: str, data: dict[str, Any], limits: Limits = LIMITS) -> bytes:
    """The paper as PDF; a PDF receipt that cannot be drawn is named in it.

    Over one that takes more than there is, all PDF receipts are only named.

    :raises NotSet: it cannot be set within ``limits``.
    :raises crm.papers.seats.AllTaken: too many others are being set.
    """
    with seat_in(Path(current_app.config["INSTANCE"])) as seat:
        for reads_pdf in (True, False):
            done = _ask(template, data, limits, seat, reads_pdf=reads_pdf)
            if done is not None:
                return done
    raise NotSet


def _ask(
    template: str, data: dict[str, Any], limits: Limits, seat: int, *, reads_pdf: bool
) -> bytes | None:
    asked = {
        "template": str(FOLDER / template),
        "data": data,
        "files": str((Path(current_app.config["INSTANCE"]) / "files").resolve()),
        "fonts": str(FONTS),
        "reads_pdf": reads_pdf,
        "limits": {
            "AS": limits.memory, "CPU": limits.seconds, "FSIZE": limits.written, "CORE": 0,
        },
    }  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (no shell, and our own words)
            [sys.executable, "-P", typesetter.__file__],
            input=json.dumps(asked).encode(), capture_output=True, timeout=limits.wall,
            check=False, env={"PYTHONPATH": os.pathsep.join(sys.path)},  # no secret of ours
            pass_fds=[seat],  # taken until that program has ended, whatever becomes of this one
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        current_app.logger.error("typesetter: %s", done.stderr.decode(errors="replace")[-2000:])
        return None
    return done.stdout
