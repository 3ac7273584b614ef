"""Snoozes: a deal that may stand still until a day, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User

_GOES_ON = text("ended_at IS NULL")


class Snooze(Base):
    __tablename__ = "snooze"
    __table_args__ = (
        Index("uq_snooze_going_on", "deal_id", unique=True,
              sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )  # fmt: skip

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    # The last day on which it does not count as stuck, a company day.
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    deal: Mapped[Deal] = relationship(back_populates="snoozes")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
