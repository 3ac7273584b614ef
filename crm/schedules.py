"""When something is done by the clock: its slots, and which one comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Schedule(Protocol):
    """Slots. Each is run once; those that were missed are made up for by one run."""

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first slot later than ``moment``."""
        ...

    def following(self, slot: datetime, now: datetime, zone: ZoneInfo) -> datetime:
        """The slot to wait for when ``slot`` was run just now: later than both."""
        ...

    def missed(self, slot: datetime, now: datetime, zone: ZoneInfo) -> int:
        """How many slots after ``slot`` have come until ``now``."""
        ...

    def moved(self, slot: datetime, now: datetime, zones: tuple[ZoneInfo, ZoneInfo]) -> datetime:
        """Where the slot that comes next lies by this schedule, of which another knew it.

        :param zones: the company's time zone then and now.
        """
        ...


@dataclass(frozen=True)
class Every:
    """Every so many minutes, counted from midnight UTC: a part of a day."""

    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 1 or 24 * 60 % self.minutes:
            raise ValueError(f"a day has no whole number of times {self.minutes} minutes")

    @property
    def step(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        midnight = datetime.combine(moment.astimezone(UTC).date(), time.min, tzinfo=UTC)
        return midnight + ((moment - midnight) // self.step + 1) * self.step

    def following(self, slot: datetime, now: datetime, zone: ZoneInfo) -> datetime:
        return self.after(max(slot, now), zone)

    def missed(self, slot: datetime, now: datetime, zone: ZoneInfo) -> int:
        return max((now - slot) // self.step, 0)

    def moved(self, slot: datetime, now: datetime, zones: tuple[ZoneInfo, ZoneInfo]) -> datetime:
        return min(slot, self.after(now, zones[1]))


@dataclass(frozen=True)
class Daily:
    """Once on each day of the company's calendar, at a time of its clock.

    The slot is the day. Where the clock leaves its time out, it is as long after midnight as on
    other days; where the time comes twice, it is the first one. A company that moves to another
    time zone has no day twice and none left out.
    """

    at: time

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        return self._on(self._last_day(moment, zone) + DAY, zone)

    def following(self, slot: datetime, now: datetime, zone: ZoneInfo) -> datetime:
        done = max(slot.astimezone(zone).date(), self._last_day(now, zone))
        return self._on(done + DAY, zone)

    def missed(self, slot: datetime, now: datetime, zone: ZoneInfo) -> int:
        return max((self._last_day(now, zone) - slot.astimezone(zone).date()).days, 0)

    def moved(self, slot: datetime, now: datetime, zones: tuple[ZoneInfo, ZoneInfo]) -> datetime:
        then, zone = zones
        return self._on(slot.astimezone(then).date(), zone)

    def _on(self, day: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)

    def _last_day(self, moment: datetime, zone: ZoneInfo) -> date:
        """The last day whose slot has come."""
        day = moment.astimezone(zone).date()
        return day if self._on(day, zone) <= moment else day - DAY
