"""The files of the runs: what was uploaded, for a day; the bad rows, as long as a run is kept."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete

from crm import clock
from crm.extensions import db, only_reading
from crm.files import plain_name
from crm.importers.again import run_like
from crm.importers.importer import Importer
from crm.importers.plan import Plan
from crm.importers.problems import Refused
from crm.importers.table import Table, refuse_header
from crm.importers.workbook import glance_at, is_workbook, write_table
from crm.models import ImportEntry, ImportRun, User

LARGEST = 20_000_000
UPLOAD_LIVES = timedelta(days=1)
# So many rows show what is in a column, and so much of each cell.
SAMPLES, SAMPLE = 40, 200

# What looks like an amount, and not like a telephone number.
_AMOUNT = re.compile(
    r"[-¥￥$€£]?\s*(?:\d{1,3}(?:[,，]\d{3})+|[1-9]\d{0,9}|0)(?:\.\d+)?\s*[万亿元]*"
)

_UPLOAD, _TABLE, _GLANCE, _BAD, _PROGRESS = (
    "upload", "table.csv", "glance.json", "bad.csv", "progress",
)  # fmt: skip


class Glance(NamedTuple):
    """The beginning of a file: its header, and some rows."""

    header: list[str]
    rows: list[list[str]]
    # Of a workbook: its sheets, and which of them this is.
    sheets: list[str]
    sheet: str

    def samples(self, column: str, most: int = 3) -> list[str]:
        """A few different values of a column."""
        return list(dict.fromkeys(self._values(column)))[:most]

    def is_numeric(self, column: str) -> bool:
        """Whether amounts stand in a column, and nothing else."""
        values = self._values(column)
        return bool(values) and all(map(_AMOUNT.fullmatch, values))

    def _values(self, column: str) -> list[str]:
        at = self.header.index(column)
        return [row[at] for row in self.rows if at < len(row) and row[at]]


def begin(name: str, content: bytes, importer: type[Importer], *, by: User) -> ImportRun:
    """A run over an uploaded file, with the plan that its header suggests.

    What was written to the database before, and not committed, is given up (``only_reading``).

    :raises Refused: it is no table that can be read.
    """
    incoming = _root() / f"incoming-{secrets.token_hex(8)}"
    incoming.mkdir(parents=True)
    try:
        (incoming / _UPLOAD).write_bytes(content)
        with only_reading():  # a workbook takes long, and nobody is to wait for it
            seen = _look(incoming)
        plain = plain_name(name).strip(". ") or "import.csv"
        run = ImportRun(noun=importer.noun, file=plain, by=by, done_at=clock.now())
        db.session.add(run)
        db.session.flush()  # its files lie under its id
        shutil.rmtree(_folder(run), ignore_errors=True)
        incoming.rename(_folder(run))
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    read_as(run, seen, importer)
    return run


def read_as(run: ImportRun, seen: Glance, importer: type[Importer]) -> None:
    """Read the file as it was ``seen`` from now on, like one before it, or as guessed."""
    folder = _folder(run)
    (folder / _GLANCE).write_text(json.dumps(seen._asdict()), encoding="utf-8")
    (folder / _TABLE).unlink(missing_ok=True)
    like = run_like(run, seen.header)
    if like is not None:
        plan = Plan.of(like.plan).taking(partly=False)
    else:
        plan = Plan.guessed(importer.all_fields(), seen.header, seen.rows)
    run.begin_again(sheet=seen.sheet, plan=plan.stored, like=like)


def look(run: ImportRun, sheet: str) -> Glance:
    """``sheet`` of the uploaded workbook; if it has none of this name, the first with a table.

    :raises Refused: the file is not there any more, or cannot be read.
    """
    _upload(run)
    return _look(_folder(run), sheet)


def glance(run: ImportRun) -> Glance:
    """The header and the first rows, as they were seen when the file came or its sheet was chosen.

    :raises Refused: the file is not there any more.
    """
    _upload(run)
    return Glance(**json.loads((_folder(run) / _GLANCE).read_text(encoding="utf-8")))


def _look(folder: Path, sheet: str = "") -> Glance:
    path = folder / _UPLOAD
    if is_workbook(path):
        seen = Glance(**glance_at(path, sheet, rows=SAMPLES, cut=SAMPLE))
        refuse_header(seen.header)
        return seen
    table = Table(path)
    some = [[cell[:SAMPLE] for cell in cells] for cells in table.beginning(SAMPLES)]
    return Glance(table.header, some, [], "")


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
    """Delete uploads after a day, and journals when what they tell cannot be undone any more."""
    limit = time.time() - UPLOAD_LIVES.total_seconds()
    for path in _old_uploads():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    old = ImportRun.out_of_reach()
    for run in db.session.scalars(old):
        if _folder(run).exists():
            forget(run)
    ids = old.with_only_columns(ImportRun.id)
    db.session.execute(
        delete(ImportEntry)
        .where(ImportEntry.run_id.in_(ids))
        .execution_options(synchronize_session=False)
    )


def _old_uploads() -> Iterator[Path]:
    for name in (_UPLOAD, "table.*", _GLANCE):  # a table half written, too
        yield from _root().glob(f"*/{name}")


def _upload(run: ImportRun) -> Path:
    path = _folder(run) / _UPLOAD
    if not path.exists():
        raise Refused(_("The file is not kept longer than a day. Choose it again."))
    return path


def _folder(run: ImportRun) -> Path:
    return _root() / str(run.id)


def _root() -> Path:
    return Path(current_app.config["INSTANCE"]) / "imports"
