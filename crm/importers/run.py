"""One import from beginning to end: a pass that checks, then a pass that writes all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from crm.extensions import db, only_reading
from crm.importers.importer import Importer, Result
from crm.importers.known import Known
from crm.importers.mapping import Mapping
from crm.importers.table import Table
from crm.models import Action, Company, Event, User

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
        by: User | None = None, day_order: str | None = None,
    ) -> None:  # fmt: skip
        """:param day_order: ``mdy`` or ``dmy``, for dates that can be read both ways."""
        self.importer, self.table, self.mapping = importer, table, mapping
        self.by, self.day_order = by, day_order

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
            result = self._pass(progress, writing=True)
            if result.problems:
                db.session.rollback()
                return result
            Event.record(
                Action.IMPORT_FINISHED, Company.current(), by=self.by, noun=self.importer.noun,
                file=self.table.path.name, created=result.created, updated=result.updated,
            )  # fmt: skip
            db.session.commit()
        except (IntegrityError, StaleDataError) as error:
            db.session.rollback()
            raise Disturbed from error
        except BaseException:  # being interrupted included
            db.session.rollback()
            raise
        return result

    def _pass(self, progress: Progress, *, writing: bool) -> Result:
        importer = self.importer(
            self.mapping, Known(self.day_order), by=self.by, writing=writing
        )  # fmt: skip
        lines = self.table.rows()
        # Autoflush would write half a row to answer a query about it.
        with db.session.no_autoflush:
            while batch := list(islice(lines, BATCH)):
                importer.take(self.table.header, batch)
                progress(batch[-1].read)
            importer.finish()
        importer.result.problems.sort(key=lambda problem: problem.line)
        return importer.result
