"""What is said about a daily report, and to whom it went; the report itself is never kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, stored_by_value
from crm.extensions import add_first, db
from crm.models.access import Noun, owned_within
from crm.models.event import Action, Event
from crm.reported_days import ReportedDays, Stretch

if TYPE_CHECKING:
    from crm.models.user import User


class DailyReportComment(Base):
    """A remark on what a rep did on a day, in a week or a month, or an answer to one."""

    __tablename__ = "daily_report_comment"
    __table_args__ = (Index(None, "stretch", "first", "rep_id"),)

    id: Mapped[Key]
    stretch: Mapped[Stretch] = mapped_column(stored_by_value(Stretch))
    first: Mapped[date] = mapped_column(Date)
    rep_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    text: Mapped[str]

    rep: Mapped[User] = relationship(foreign_keys=[rep_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])

    @classmethod
    def visible_to(cls, user: User) -> Select[DailyReportComment]:
        """Who sees the rep's row sees its thread."""
        return select(cls).where(owned_within(user, user.sees(Noun.DEALS), cls.rep_id))

    @classmethod
    def on(cls, days: ReportedDays) -> Select[DailyReportComment]:
        """What was said about these days, the oldest first, with who said it."""
        return (
            select(cls)
            .where(cls.stretch == days.stretch, cls.first == days.first)
            .options(joinedload(cls.by))
            .order_by(cls.id)
        )

    @classmethod
    def say(cls, days: ReportedDays, rep: User, text: str, *, by: User) -> DailyReportComment:
        """Remark or answer something; those concerned are told of it (``reactions.py``)."""
        comment = cls(stretch=days.stretch, first=days.first, rep=rep, by=by, text=text)
        db.session.add(comment)
        Event.record(Action.DAILY_REPORT_COMMENTED, comment, by=by, name=rep.name, text=text)
        return comment

    @property
    def days(self) -> ReportedDays:
        return ReportedDays(self.stretch, self.first)

    @property
    def concerns(self) -> list[User]:
        """Who is to read it: the rep, and who wrote before it in the same thread; of a rep who
        writes first, whoever leads them."""
        cls = DailyReportComment
        before = cls.on(self.days).where(cls.rep_id == self.rep_id, cls.id < self.id)
        wrote = [each.by for each in db.session.scalars(before)]
        concerned = [each for each in dict.fromkeys([self.rep, *wrote]) if each.id != self.by_id]
        superior = self.rep.superior()
        return concerned or ([superior] if superior and superior.id != self.by_id else [])


class DailyReportMailing(Base):
    """That the report of a day was sent: once, whichever worker comes first."""

    __tablename__ = "daily_report_mailing"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def begin(cls, day: date) -> bool:
        """Whether it is still to be sent; then it counts as sent with this transaction."""
        return add_first(cls(day=day))
