"""The files of the runs: what was uploaded, for a day; the bad rows, as long as a run is kept."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm import clock
from crm.extensions import db
from crm.files import plain_name
from crm.importers.importer import Importer
from crm.importers.plan import Plan
from crm.importers.problems import Refused
from crm.importers.table import MOST_COLUMNS, Table
from crm.importers.workbook import is_workbook, rows_of, sheets_of, write_table
from crm.models import ImportEntry, ImportRun, ImportState, User
from crm.models.import_run import UNDOABLE_FOR

LARGEST = 20_000_000
LONGEST_NAME = 200
UPLOAD_LIVES = timedelta(days=1)
# So many rows show what is in a column.
SAMPLES = 40

_UPLOAD, _TABLE, _BAD, _PROGRESS = "upload", "table.csv", "bad.csv", "progress"


class Glance(NamedTuple):
    """The beginning of a file: its header, and some rows."""

    header: list[str]
    rows: list[list[str]]

    def samples(self, column: str, most: int = 3) -> list[str]:
        """A few different values of a column."""
        at = self.header.index(column)
        return list(dict.fromkeys(row[at] for row in self.rows if at < len(row) and row[at]))[:most]


def begin(
    name: str, content: bytes, importer: type[Importer], *, by: User
) -> ImportRun:  # fmt: skip
    """A run over an uploaded file, with the plan that its header suggests.

    :raises Refused: it is no table that can be read.
    """
    run = ImportRun(noun=importer.noun, file=_cut(plain_name(name)) or "import.csv", by=by,
                    done_at=clock.now())  # fmt: skip
    db.session.add(run)
    db.session.flush()  # its files lie under its id
    folder = _folder(run)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        (folder / _UPLOAD).write_bytes(content)
        read_sheet(run, "", importer)
    except Refused:
        forget(run)
        raise
    return run


def read_sheet(run: ImportRun, sheet: str, importer: type[Importer]) -> None:
    """Read ``sheet`` of a workbook, by default its first, from now on; guess the plan anew.

    :raises Refused: it cannot be read.
    """
    names = sheets_in(run)
    if names and sheet not in names:
        sheet = names[0]
    run.sheet = sheet if names else ""
    (_folder(run) / _TABLE).unlink(missing_ok=True)
    seen = glance(run)
    run.plan = Plan.guessed(importer.all_fields(), seen.header, seen.rows).stored


def sheets_in(run: ImportRun) -> list[str]:
    """The sheets of the uploaded workbook; none of any other file.

    :raises Refused: the workbook cannot be read.
    """
    path = _upload(run)
    if not is_workbook(path):
        return []
    names = sheets_of(path)
    if not names:
        raise Refused(_("The file is empty."))
    return names


def glance(run: ImportRun) -> Glance:
    """The header and the first rows.

    :raises Refused: the file is not there any more, or cannot be read.
    """
    path = _upload(run)
    if not run.sheet:
        table = Table(path)
        return Glance(table.header, [line.cells for line in islice(table.rows(), SAMPLES)])
    rows = rows_of(path, run.sheet)
    _number, header = next(rows)
    _refuse_header(header)
    return Glance(header, [cells for _number, cells in islice(rows, SAMPLES)])


def table_of(run: ImportRun) -> Table:
    """The whole file, to be read row by row; a workbook's sheet is written as a table first.

    :raises Refused: as ``glance``.
    """
    path = _upload(run)
    if not run.sheet:
        return Table(path)
    table = _folder(run) / _TABLE
    if not table.exists():
        write_table(path, run.sheet, table)
    return Table(table, "utf-8", numbered=True)


def is_kept(run: ImportRun) -> bool:
    """Whether what was uploaded is still there."""
    return (_folder(run) / _UPLOAD).exists()


def bad_rows_of(run: ImportRun) -> Path:
    """Where the rows with problems stand."""
    return _folder(run) / _BAD


def tell_progress(run: ImportRun, share: float) -> None:
    """Note how much is done, 0 to 1: in a file, since a row would wait for the run's own writes."""
    path = _folder(run) / _PROGRESS
    if path.parent.exists():
        path.write_text(f"{share:.3f}")


def progress_of(run: ImportRun) -> int:
    """How much is done, in percent."""
    try:
        return round(float((_folder(run) / _PROGRESS).read_text() or 0) * 100)
    except (OSError, ValueError):
        return 0


def forget(run: ImportRun) -> None:
    """Delete all its files."""
    shutil.rmtree(_folder(run), ignore_errors=True)


def forget_old() -> None:
    """Delete uploads after a day, and what could be undone after its 30 days."""
    limit = time.time() - UPLOAD_LIVES.total_seconds()
    for path in _old_uploads():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    ended = clock.now() - UNDOABLE_FOR
    old = select(ImportRun).where(
        ImportRun.created_at < ended, ImportRun.state.not_in((ImportState.UNDOING,))
    )
    for run in db.session.scalars(old):
        forget(run)
        db.session.execute(delete(ImportEntry).where(ImportEntry.run_id == run.id))


def _old_uploads() -> Iterator[Path]:
    folder = Path(current_app.config["INSTANCE"]) / "imports"
    yield from folder.glob(f"*/{_UPLOAD}")
    yield from folder.glob(f"*/{_TABLE}")


def _refuse_header(header: list[str]) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise Refused(
            _("The header has more than one column called %(names)s.", names=", ".join(twice))
        )
    if len(header) > MOST_COLUMNS:
        raise Refused(
            _("The file has %(count)s columns; %(most)s are read at most.",
              count=len(header), most=MOST_COLUMNS)
        )  # fmt: skip


def _upload(run: ImportRun) -> Path:
    path = _folder(run) / _UPLOAD
    if not path.exists():
        raise Refused(_("The file is not kept longer than a day. Choose it again."))
    return path


def _folder(run: ImportRun) -> Path:
    return Path(current_app.config["INSTANCE"]) / "imports" / str(run.id)


def _cut(name: str) -> str:
    """The end of ``name``, where its kind stands."""
    return name[-LONGEST_NAME:].strip(". ")
