"""Jobs: the timetable's rows. One is claimed for each slot, by one worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.base import Base
from crm.extensions import db
from crm.models.leased import BACK_OFF, LEASE, Claimed, pause_after


class Job(Claimed, Base):
    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    # The slot that comes next, and by whose clock it is reckoned.
    slot: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(60))
    # When it is run: at its slot, or a while after it failed.
    next_run: Mapped[datetime]
    # Of the last one: the slot it was for, and how many before that went by without a worker.
    last_slot: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]

    @classmethod
    def claim(cls) -> Job | None:
        """Take a due job for ``LEASE``; ``None`` when nothing is due.

        One conditional UPDATE; the caller commits it before it works.
        """
        now = clock.now()
        due = (cls.next_run <= now) & or_(cls.lease_until.is_(None), cls.lease_until < now)
        first = (
            select(cls.name).where(due).order_by(cls.next_run).limit(1)
            .with_for_update(skip_locked=True).scalar_subquery()
        )  # fmt: skip
        name = db.session.scalar(
            update(cls)
            .where(cls.name == first, due)
            .values(lease_until=now + LEASE, last_started_at=now, attempts=cls.attempts + 1)
            .returning(cls.name)
            .execution_options(synchronize_session=False)
        )
        if name is None:
            return None
        job = db.session.get_one(cls, name, populate_existing=True)
        job.claimed_for = job.attempts
        return job

    @property
    def lasted(self) -> timedelta | None:
        """How long the last run took; ``None`` before the first, and while one is under way."""
        begun, ended = self.last_started_at, self.last_finished_at
        return ended - begun if begun and ended and ended >= begun else None

    def finish(self, following: datetime, *, missed: int = 0) -> None:
        """The slot is done; the next one is ``following``.

        :param missed: how many slots between the two went by without a worker; this run was for
            all of them.
        """
        self.last_slot, self.missed = self.slot, missed
        self.last_error = None
        self._go_on_to(following)

    def fail(self, reason: str, following: datetime) -> None:
        """The run failed: tried again after a pause, unless the next slot comes before that."""
        self.last_error = reason[:500]
        retry_at = clock.now() + pause_after(self.attempts)
        if self.attempts > len(BACK_OFF) or retry_at >= following:
            self.last_slot, self.missed = self.slot, 0
            self._go_on_to(following)
        else:
            self.next_run, self.lease_until = retry_at, None
            self.last_finished_at = clock.now()

    def run_now(self) -> None:
        """Run it, which failed, as soon as a worker is free: for the slot that it failed for."""
        if not self.attempts and self.last_slot is not None:
            self.slot = self.last_slot
        self.next_run = clock.now()

    def move(self, slot: datetime, zone: str) -> None:
        """Its slot is at another time, because the timetable or the company's clock changed."""
        if slot != self.slot:
            self.slot = self.next_run = slot
        self.zone = zone

    def _go_on_to(self, slot: datetime) -> None:
        self.slot = self.next_run = slot
        self.lease_until, self.attempts = None, 0
        self.last_finished_at = clock.now()
