"""What the worker does with a run: check the file, write it, undo it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import g
from flask_babel import gettext as _
from sqlalchemy import update

from crm import clock
from crm.extensions import db, reading_only
from crm.importers.catalogue import IMPORTERS
from crm.importers.plan import Plan
from crm.importers.problems import Refused
from crm.importers.report import Report
from crm.importers.run import Disturbed, Import, Progress
from crm.importers.undoing import undo
from crm.importers.uploads import bad_rows_of, table_of, tell_progress
from crm.models import Company, Event, ImportRun, ImportState
from crm.models.leased import LEASE

RENEWED_EVERY = timedelta(seconds=20)
# Others may be changing the same records: somebody is asked after so many tries.
MOST_TRIES = 3


def work_on(run: ImportRun) -> None:
    """Do what the run waits for, and commit it.

    :raises crm.importers.run.Disturbed: somebody wrote the same records at the same moment.
    """
    g.language = run.by.language or Company.current().language
    tell_progress(run, 0)
    try:
        _WORK[run.state](run)
    except (Refused, Disturbed) as error:
        db.session.rollback()
        if isinstance(error, Disturbed) and run.attempts < MOST_TRIES:
            raise
        run.rest(run.state_before, failure=str(error) or _("Others changed the same records."))
        db.session.commit()


def note_failure(run: ImportRun, reason: str) -> None:
    """The program failed, not the file: say so in plain words, and keep the ``reason``."""
    told = _("Something broke that is not the fault of the file. Try again; if it stays so, the "
             "server's log says why.")  # fmt: skip
    run.rest(run.state_before, failure=told)
    run.last_error = reason[:500]


def _check(run: ImportRun) -> None:
    made, keep_lease = _import(run), _lease_keeper(run)
    with _reported(made, run, seeks_twins=True):
        result = made.check(_progress(run, made.table.size, keep_lease))
        found = made.stored(result)
    run.rest(ImportState.CHECKED, **found, failure="")
    db.session.commit()


def _write(run: ImportRun) -> None:
    made = _import(run)
    with _reported(made, run, seeks_twins=False):
        result = made.write(_progress(run, made.table.size))
        if run.state is ImportState.DONE:
            return
        found = made.stored(result)
    # Something has changed since the check: nothing was written, and somebody looks again.
    run.rest(ImportState.CHECKED, **found)
    db.session.commit()


def _undo(run: ImportRun) -> None:
    db.session.refresh(run, with_for_update=True)  # no other worker takes it now
    assert run.undone_by is not None
    with Event.coming_from(undone=run.file):
        done = undo(run, by=run.undone_by, progress=lambda share: tell_progress(run, share))
    run.rest(ImportState.UNDONE, undone=done)
    run.note_undone(company=Company.current())
    db.session.commit()


_WORK: dict[ImportState, Callable[[ImportRun], None]] = {
    ImportState.CHECKING: _check, ImportState.WRITING: _write, ImportState.UNDOING: _undo,
}  # fmt: skip


def _import(run: ImportRun) -> Import:
    plan, table = Plan.of(run.plan), table_of(run)
    return Import(IMPORTERS[run.noun], table, plan.mapping, by=run.by, plan=plan, run=run)


@contextmanager
def _reported(made: Import, run: ImportRun, *, seeks_twins: bool) -> Iterator[None]:
    """Inside, the import keeps a report, and its bad rows in the file of the run."""
    made.report = Report(seeks_twins=seeks_twins, bad_rows=bad_rows_of(run))
    try:
        yield
    finally:
        made.report.close()


def _progress(
    run: ImportRun, size: int, besides: Callable[[], None] = lambda: None
) -> Progress:  # fmt: skip
    def tell(read: int) -> None:
        tell_progress(run, read / size if size else 1)
        besides()

    return tell


def _lease_keeper(run: ImportRun) -> Callable[[], None]:
    """Renews the lease while the check goes on, in transactions of its own."""
    run_id, renewed = run.id, clock.now()

    def keep() -> None:
        nonlocal renewed
        if clock.now() - renewed < RENEWED_EVERY:
            return
        renewed = clock.now()
        token = reading_only.set(False)
        try:
            with db.engine.begin() as connection:
                connection.execute(
                    update(ImportRun)
                    .where(ImportRun.id == run_id)
                    .values(lease_until=renewed + LEASE)
                )
        finally:
            reading_only.reset(token)

    return keep
