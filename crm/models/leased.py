"""Rows that are a queue: claimed under a lease by one worker, done only after the work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Index, String, and_, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.extensions import db

LEASE = timedelta(minutes=2)
# Seconds to wait after the n-th failure; after the last one the row is dead until retried.
BACK_OFF = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)


_WAITING = text("done_at IS NULL AND dead_at IS NULL")


def waiting_index(table: str) -> Index:
    """The index over a queue's waiting rows only: it stays small however long the history."""
    return Index(f"ix_{table}_waiting", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING)


class Leased:
    """A mixin for queue rows: due, leased while somebody works on it, then done or dead."""

    due_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))

    @classmethod
    def claim(cls) -> Self | None:
        """Take the oldest due row for ``LEASE``; ``None`` when nothing is due.

        One conditional UPDATE, so two workers never hold the same row. The caller commits the
        claim before it works, and calls ``finish`` or ``fail`` afterwards.
        """
        now = clock.now()
        ready = and_(
            cls.done_at.is_(None),
            cls.dead_at.is_(None),
            cls.due_at <= now,
            or_(cls.lease_until.is_(None), cls.lease_until < now),
        )
        first = (
            select(cls.id)  # type: ignore[attr-defined]
            .where(ready)
            .order_by(cls.due_at, cls.id)  # type: ignore[attr-defined]
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claimed = db.session.scalar(
            update(cls)
            .where(cls.id == first, ready)  # type: ignore[attr-defined]
            .values(lease_until=now + LEASE, attempts=cls.attempts + 1)
            .returning(cls.id)  # type: ignore[attr-defined]
            .execution_options(synchronize_session=False)
        )
        return db.session.get(cls, claimed, populate_existing=True) if claimed else None

    def finish(self) -> None:
        """The work is done."""
        self.done_at = clock.now()
        self.lease_until = None
        self.last_error = None

    def fail(self, reason: str, *, for_good: bool = False) -> None:
        """The work failed: due again after a pause, or dead after the last of ``BACK_OFF``.

        :param for_good: trying again cannot help: dead at once.
        """
        self.lease_until = None
        self.last_error = reason[:500]
        if for_good or self.attempts > len(BACK_OFF):
            self.dead_at = clock.now()
        else:
            self.due_at = clock.now() + timedelta(seconds=BACK_OFF[self.attempts - 1])

    def retry(self) -> None:
        """Try a dead row again from the beginning."""
        self.dead_at = None
        self.attempts = 0
        self.due_at = clock.now()
