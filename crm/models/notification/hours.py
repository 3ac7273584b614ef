"""When mails reach somebody: their quiet hours, and the hour of the digest, in their own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Time, false, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key
from crm.extensions import db
from crm.models.company import Company

if TYPE_CHECKING:
    from crm.models.user import User

DIGEST_AT = time(8, 0)
SATURDAY = 5


class MailHours(Base):
    """One person's; who set none has no quiet hours, and the digest at 8:00."""

    __tablename__ = "mail_hours"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    digest_at: Mapped[time] = mapped_column(Time, default=DIGEST_AT, server_default=text("'08:00'"))
    # Both or none; from the evening to the morning where the first is the later one.
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_to: Mapped[time | None] = mapped_column(Time)
    quiet_weekends: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The reader's day whose digest was seen to, be it that there was nothing to tell.
    digested_on: Mapped[date | None] = mapped_column(Date)

    user: Mapped[User] = relationship()

    @classmethod
    def of(cls, user: User) -> MailHours:
        """Those of ``user``; what holds by default, not yet written down, where there are none."""
        found = db.session.scalar(select(cls).where(cls.user_id == user.id))
        return found or cls(user=user, digest_at=DIGEST_AT, quiet_weekends=False)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.timezone or Company.current().timezone)

    def open_from(self, moment: datetime) -> datetime:
        """``moment``, or when the quiet hours that it lies in end."""
        # The end of a night can lie in a weekend, and that of a weekend in a night.
        while (end := self._quiet_until(moment)) is not None:
            moment = end
        return moment

    def last_digest(self, moment: datetime) -> datetime:
        """When the hour of the digest came last, as seen at ``moment``; in UTC."""
        today = moment.astimezone(self.zone).date()
        days = (today, today - timedelta(days=1))
        hours = (datetime.combine(day, self.digest_at, tzinfo=self.zone) for day in days)
        return next(hour for each in hours if (hour := each.astimezone(UTC)) <= moment)

    def take_digest(self, moment: datetime) -> datetime | None:
        """Note that the digest of the day at ``moment`` is seen to.

        :returns: until when what it tells was made; ``None``: it was seen to before.
        """
        hour = self.last_digest(moment)
        day = hour.astimezone(self.zone).date()
        if self.digested_on is not None and self.digested_on >= day:
            return None
        self.digested_on = day
        db.session.add(self)
        return hour

    def _quiet_until(self, moment: datetime) -> datetime | None:
        here = moment.astimezone(self.zone)
        today, tomorrow = here.date(), here.date() + timedelta(days=1)
        if self.quiet_weekends and here.weekday() >= SATURDAY:
            return self._later(moment, tomorrow, time.min)
        begin, end, now = self.quiet_from, self.quiet_to, here.time()
        if begin is None or end is None or begin == end:
            return None
        if begin < end:
            return self._later(moment, today, end) if begin <= now < end else None
        if now >= begin:
            return self._later(moment, tomorrow, end)
        return self._later(moment, today, end) if now < end else None

    def _later(self, moment: datetime, day: date, at: time) -> datetime:
        """``at`` on ``day``; the second time in an hour that the clocks repeat, if it must be."""
        ends = (datetime.combine(day, at.replace(fold=fold), tzinfo=self.zone) for fold in (0, 1))
        return next(end for each in ends if (end := each.astimezone(UTC)) > moment)
