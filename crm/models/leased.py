"""Rows that are a queue: claimed under a lease by one worker, done only after the work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ColumnElement, Index, String, and_, inspect, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.extensions import db

LEASE = timedelta(minutes=2)
# Seconds to wait after the n-th failure; after the last one the row is dead until retried.
BACK_OFF = (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts have failed, the last of which was just now."""
    return timedelta(seconds=BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1])


_NOT_DONE = text("done_at IS NULL")


def waiting_index(table: str) -> Index:
    """The index over what a queue has not done, which waits or was given up: it stays small however
    long the history."""
    return Index(
        f"ix_{table}_waiting", "due_at", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE
    )


class Claimed:
    """A mixin for rows that a worker claims under a lease, each time as another attempt."""

    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(500))

    # Which attempt this process claimed it for; another worker's claim has another number.
    claimed_for = 0

    def hold(self) -> bool:
        """Hold the claimed row until the transaction ends: no other worker takes it meanwhile.

        ``False``: another one has it already, because this process stood still until the lease
        ended; or it is gone. Then nothing may be done with it.
        """
        identity = inspect(self).identity
        row = db.session.get(
            type(self), identity, populate_existing=True, with_for_update={"key_share": True}
        )
        return row is not None and row.attempts == self.claimed_for

    @property
    def is_abandoned(self) -> bool:
        """Whether it was claimed more often than it can have failed: workers die of it."""
        return self.attempts > len(BACK_OFF) + 1

    @property
    def is_in_hand(self) -> bool:
        """Whether a worker is at it, as far as its lease tells."""
        return self.lease_until is not None and self.lease_until >= clock.now()


class Leased(Claimed):
    """A mixin for queue rows: due, leased while somebody works on it, then done or dead."""

    due_at: Mapped[datetime | None] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]

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
        if claimed is None:
            return None
        row = db.session.get_one(cls, claimed, populate_existing=True)
        row.claimed_for = row.attempts
        return row

    def renew(self) -> None:
        """Begin the lease anew; the caller holds the row."""
        self.lease_until = clock.now() + LEASE

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
            self.due_at = clock.now() + pause_after(self.attempts)

    @classmethod
    def failed(cls) -> ColumnElement[bool]:
        """The condition that it is not done, and was given up or waits after a failure."""
        return and_(
            cls.done_at.is_(None),
            or_(cls.dead_at.is_not(None), cls.last_error.is_not(None)),
            or_(cls.lease_until.is_(None), cls.lease_until < clock.now()),
        )

    def retry(self) -> None:
        """Try it again now, from the beginning: what was given up, or waits after a failure."""
        self.dead_at = None
        self.attempts = 0
        self.due_at = clock.now()

    def set_aside(self) -> None:
        """Nobody needs it any more: it is not tried again; why it failed stays noted."""
        self.done_at, self.lease_until = clock.now(), None
