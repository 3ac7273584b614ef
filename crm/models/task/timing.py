"""When a task is due: on a day, and if it is an appointment at a time of it, for so long."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date
from sqlalchemy.orm import Mapped, mapped_column

from crm import clock
from crm.models.company import Company

# An appointment ends on the next day at the latest.
LONGEST = 24 * 60


class Timed:
    """The part of a task that is due."""

    due_on: Mapped[date | None] = mapped_column(Date)

    if TYPE_CHECKING:
        due_time: Mapped[time | None]
        minutes: Mapped[int | None]

    @property
    def is_appointment(self) -> bool:
        """Whether it has a time of its day."""
        return self.due_on is not None and self.due_time is not None

    @property
    def starts_at(self) -> datetime | None:
        """When an appointment begins, in UTC; ``None`` for what has no time."""
        if self.due_on is None or self.due_time is None:
            return None
        return clock.moment_of(self.due_on, self.due_time, Company.current().timezone)

    @property
    def ends_at(self) -> datetime | None:
        """When an appointment ends, in UTC; without a length as soon as it begins."""
        starts = self.starts_at
        return starts and starts + timedelta(minutes=self.minutes or 0)


def timely(name: str = "timely") -> tuple[CheckConstraint, ...]:
    """What the database holds a task to: no time without a day, no length without a time."""
    return (
        CheckConstraint(
            "(due_time IS NULL OR due_on IS NOT NULL)"
            " AND (minutes IS NULL OR (due_time IS NOT NULL AND minutes > 0))",
            name=name,
        ),
    )
