"""Jobs: the timetable's rows. One is claimed for each slot, by one worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.base import Base
from crm.extensions import db
from crm.models.leased import LEASE


class Job(Base):
    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    next_run: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(500))

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
            .values(lease_until=now + LEASE, last_started_at=now)
            .returning(cls.name)
            .execution_options(synchronize_session=False)
        )
        return db.session.get(cls, name, populate_existing=True) if name else None

    def finish(self, next_run: datetime, error: str | None = None) -> None:
        """The slot is done, well or not; the next one is at ``next_run``."""
        self.lease_until = None
        self.last_finished_at = clock.now()
        self.last_error = error[:500] if error else None
        self.next_run = next_run
