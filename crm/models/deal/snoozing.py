"""Standing still: how long a deal is in its stage, when that is too long, until when it may be."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm import clock
from crm.extensions import db
from crm.models.company import Company
from crm.models.deal.checking import Missing
from crm.models.deal.moving import StageChanged
from crm.models.deal.snooze import Snooze
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class DayPassed(Exception):
    """A snooze lasts through today at least."""


def alarm_days(limit: int) -> int:
    """After how many days it is an alarm where a warning comes after ``limit``: 1.5 times as many.

    Half a day counts as one.
    """
    return (limit * 3 + 1) // 2


class Snoozing:
    """The part of a deal that stands still."""

    if TYPE_CHECKING:
        snoozed_until: Mapped[date | None]

    def days_in_stage(self: Deal, now: datetime) -> int:
        """How many days ago it entered its stage; days are the company's."""
        day_of = Company.current().day_of
        return max(0, (day_of(now) - day_of(self.stage_since)).days)

    def stagnation(self: Deal, now: datetime) -> str:
        """``""``, ``warning`` from the stage's days on, ``alarm`` from 1.5 times them.

        In SQL: ``crm.filters.deals.stagnation.stuck``.
        """
        limit, days = self.stage.days_to_rot, self.days_in_stage(now)
        if not (limit and self.is_open) or days < limit or self.is_snoozed(now):
            return ""
        return "alarm" if days >= alarm_days(limit) else "warning"

    def is_snoozed(self: Deal, now: datetime) -> bool:
        """Whether it may stand still, open as it is, through this day at least."""
        until = self.snoozed_until
        return self.is_open and until is not None and until >= Company.current().day_of(now)

    @property
    def last_snooze(self: Deal) -> Snooze | None:
        """The snooze that nobody and nothing ended; its day may have passed."""
        if self.snoozed_until is None:
            return None
        return next(each for each in self.snoozes if each.ended_at is None)

    def snooze(self: Deal, until: date, *, reason: str, by: User) -> None:
        """Let it stand still through ``until``; the same again changes nothing.

        A move, an outcome and the trash end it before.

        :raises StageChanged: it is closed.
        :raises Missing: nobody said why.
        :raises DayPassed: the day has.
        """
        if not self.is_open:
            raise StageChanged("closed")
        if not reason.strip():
            raise Missing(["reason"])
        if until < Company.current().today():
            raise DayPassed
        last, now = self.last_snooze, clock.now()
        if last is not None and (last.until, last.reason) == (until, reason):
            return
        self._end_snooze(by, now)
        db.session.flush()  # the unique index wants the old one ended before the new one begins
        self.snoozes.append(Snooze(until=until, reason=reason, at=now, by_id=by.id))
        self.snoozed_until = until
        Event.record(Action.DEAL_SNOOZED, self, by=by, name=self.name,
                     until=until.isoformat(), reason=reason)  # fmt: skip

    def wake(self: Deal, *, by: User) -> None:
        """From now on it counts as standing still again; of one that does, nothing changes."""
        if self.is_snoozed(clock.now()):
            self._end_snooze(by, clock.now())
            Event.record(Action.DEAL_WOKEN, self, by=by, name=self.name)

    def _end_snooze(self: Deal, by: User | None, at: datetime) -> None:
        """What it was let stand still for is over: it goes on, ends, or somebody said so."""
        if (last := self.last_snooze) is not None:
            last.ended_at, last.ended_by_id = at, by.id if by else None
            self.snoozed_until = None

    def _resume_snooze(self: Deal, ended_at: datetime, by: User) -> None:
        """Of a move that is taken back: the snooze that it ended goes on, one since then does not.

        :param ended_at: when the deal was moved.
        """
        self._end_snooze(by, clock.now())
        before = next((each for each in self.snoozes if each.ended_at == ended_at), None)
        if before is not None:
            db.session.flush()  # the unique index wants the other one ended before
            before.ended_at = before.ended_by_id = None
            self.snoozed_until = before.until
