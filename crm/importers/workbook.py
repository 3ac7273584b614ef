"""Workbooks, read by a program of their own (``xlsx.py``) that may use so much and no more.

What a file from outside makes its reader do, it does there: neither the web process nor the worker
runs out of memory or of time over it. Both are ended by the system, and the file is refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.importers import xlsx
from crm.importers.problems import Refused
from crm.importers.table import MOST_COLUMNS

_GLANCE = 20_000_000
_OLE, _ARCHIVE = b"\xd0\xcf\x11\xe0", (b"PK\x03\x04", b"PK\x05\x06")  # the second is empty

_BROKEN = _l(
    "This workbook is damaged or no .xlsx. Open it, save it anew as .xlsx, and choose that."
)
_TOO_MUCH = _l(
    "This workbook is too large or too complicated to be read. "
    "Save the sheet as CSV, or in several files."
)
REASONS = {
    "broken": _BROKEN,
    "too much": _TOO_MUCH,
    "empty": _l("The file is empty."),
    "empty sheet": _l("The sheet %(name)s is empty."),
    "no sheet": _l("There is no sheet %(name)s in this file."),
    "old kind": _l("This workbook is protected by a password, or of the old kind (.xls). "
                   "Save it as .xlsx without a password, and choose that."),
    "too large": _l("This workbook unpacks to %(size)s MB: more than is read. "
                    "Save the sheet as CSV, or in several files."),
    "merged": _l("The sheet has too many merged cells; take the merging off first."),
    "not computed": _l("The sheet has formulas without their results. Open the file, save it, and "
                       "choose it again."),
}  # fmt: skip


class Limits(NamedTuple):
    """What reading one workbook may use.

    A sheet of 50,000 rows takes 8 seconds and 50 MB; 160 if no text in it is there twice.
    """

    memory: int = 256_000_000
    seconds: int = 60  # of the processor
    wall: int = 100  # shorter than a worker's lease
    written: int = 250_000_000


LIMITS = Limits()


def is_workbook(path: Path) -> bool:
    """Whether the file is a workbook, whatever its name: an archive, or Microsoft's older kind."""
    with path.open("rb") as file:
        start = file.read(4)
    return start in {_OLE, *_ARCHIVE}


def glance_at(
    path: Path, sheet: str, *, rows: int, cut: int, limits: Limits = LIMITS
) -> dict[str, Any]:
    """The ``sheets``, and of ``sheet``, else of the first that is not empty, the beginning.

    :param cut: so much of each cell.
    :raises Refused: it is protected, broken, too large, empty, or no workbook of this kind.
    """
    with tempfile.TemporaryFile() as answer:
        _ask(path, sheet, answer, limits._replace(written=_GLANCE), rows=rows + 1, cut=cut)
        answer.seek(0)
        return json.load(answer)


def write_table(path: Path, sheet: str, target: Path, limits: Limits = LIMITS) -> None:
    """Write a sheet as UTF-8 CSV for ``Table(…, numbered=True)``: each row with its number first.

    :raises Refused: as ``glance_at``, or it has no such sheet.
    """
    beside = target.with_suffix(".part")
    try:
        with beside.open("w+b") as answer:
            _ask(path, sheet, answer, limits)
        beside.replace(target)  # whole, or not there
    finally:
        beside.unlink(missing_ok=True)


def _ask(path: Path, sheet: str, answer: IO[bytes], limits: Limits, **glance: int) -> None:
    """Have the ``answer`` written.

    :raises Refused: the reader says why not, or came to a limit.
    """
    asked = xlsx.Asked(
        sheet[: xlsx.LONGEST_NAME + 1], (_("yes"), _("no")), MOST_COLUMNS,
        {"AS": limits.memory, "CPU": limits.seconds, "FSIZE": limits.written, "CORE": 0}, **glance,
    )  # fmt: skip
    with path.open("rb") as book:
        try:
            done = subprocess.run(  # noqa: S603 (no shell, and our own words)
                [sys.executable, "-P", xlsx.__file__, json.dumps(asked._asdict())],
                stdin=book, stdout=answer, timeout=limits.wall, check=False,
                env={"PYTHONPATH": os.pathsep.join(sys.path)},  # no secret of ours
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Refused(_TOO_MUCH) from error
    if done.returncode == xlsx.REFUSED:
        answer.seek(0)
        reason, values = json.load(answer)
        raise Refused(REASONS[reason] % values)
    if done.returncode < 0:  # a signal: the system ended it
        raise Refused(_TOO_MUCH)
    done.check_returncode()
