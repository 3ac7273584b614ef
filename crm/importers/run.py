"""One import from beginning to end: a pass that checks, then a pass that writes all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from crm.extensions import db, only_reading
from crm.importers.importer import Importer
from crm.importers.journal import Journal
from crm.importers.known import Known
from crm.importers.mapping import Mapping
from crm.importers.matching import Matching
from crm.importers.plan import Plan
from crm.importers.report import Report
from crm.importers.rows import Result
from crm.importers.table import Table
from crm.models import Action, Company, Event, ImportRun, ImportState, User

# Rows that are looked up and written together: memory stays flat, however long the file.
BATCH = 500

# Called with the bytes read so far.
Progress = Callable[[int], None]


class Disturbed(Exception):
    """Somebody else changed the same records meanwhile; nothing was written."""


class Import:
    """A file, what its columns mean, and who brings it in.

    It owns its transactions: nothing may be pending in the session when it begins.
    """

    def __init__(
        self, importer: type[Importer], table: Table, mapping: Mapping, *,
        by: User | None = None, day_order: str | None = None, plan: Plan | None = None,
        run: ImportRun | None = None,
    ) -> None:  # fmt: skip
        """
        :param day_order: ``mdy`` or ``dmy``, for dates that can be read both ways.
        :param plan: how rows become records, if not in the way of the command.
        :param run: what is to be noted as written, in the same transaction.
        """
        self.importer, self.table, self.mapping = importer, table, mapping
        self.by, self.plan, self.run = by, plan or Plan(day_order=day_order), run
        self.report: Report | None = None
        self.known: Known | None = None
        self.matching: Matching | None = None

    @property
    def file(self) -> str:
        """What people know the file by."""
        return self.run.file if self.run is not None else self.table.path.name

    def check(self, progress: Progress = lambda _read: None) -> Result:
        """Read everything and write nothing; others may write all the while.

        :raises Refused: the file cannot be read to its end, or its mapping does not do.
        """
        with only_reading():
            return self._pass(progress, writing=False)

    def write(self, progress: Progress = lambda _read: None) -> Result:
        """Write every row and commit; a single problem, or being stopped, leaves nothing behind.

        :raises Refused: as ``check``.
        :raises Disturbed: somebody wrote the same records at the same moment.
        """
        try:
            if self.run is not None:
                db.session.refresh(self.run, with_for_update=True)  # no other worker takes it now
            with Event.coming_from(imported=self.file):
                result = self._pass(progress, writing=True)
            if result.problems and not self.plan.partly:
                db.session.rollback()
                return result
            if self.report is not None:
                self.report.close()  # a full disk is found out before anything is kept
            self._note(result)
            db.session.commit()
        except (IntegrityError, StaleDataError) as error:
            db.session.rollback()
            raise Disturbed from error
        except BaseException:  # being interrupted included
            db.session.rollback()
            raise
        return result

    def _note(self, result: Result) -> None:
        company = Company.current()
        if self.run is not None and self.report is not None:
            self.run.rest(ImportState.DONE, **self.stored(result))
            self.run.note_written(company=company)
            return
        Event.record(
            Action.IMPORT_FINISHED, company, by=self.by, noun=self.importer.noun,
            file=self.file, created=result.created, updated=result.updated,
        )  # fmt: skip

    def stored(self, result: Result) -> dict[str, Any]:
        """What the run keeps of the last pass."""
        assert self.report is not None
        options = self.known.options.stored if self.known else {}
        values = self.matching.stored if self.matching else {}
        return self.report.stored(result, self.mapping.unread(self.table.header)) | options | values

    def _pass(self, progress: Progress, *, writing: bool) -> Result:
        self.known = Known(
            self.plan.day_order, makes_options=self.plan.makes_options, by=self.by, writing=writing
        )
        importer = self.importer(
            self.mapping, self.known, by=self.by, writing=writing, plan=self.plan,
            watcher=self.report, journal=Journal(self.run) if writing and self.run else None,
        )  # fmt: skip
        self.matching = importer.matching
        lines = self.table.rows()
        # Autoflush would write half a row to answer a query about it.
        with db.session.no_autoflush:
            while batch := list(islice(lines, BATCH)):
                before = len(importer.result.problems)
                importer.take(self.table.header, batch)
                if self.report is not None:
                    problems = importer.result.problems[before:]
                    self.report.took(self.table.header, batch, problems)
                progress(batch[-1].read)
            importer.finish()
        importer.result.problems.sort(key=lambda problem: problem.line)
        return importer.result
