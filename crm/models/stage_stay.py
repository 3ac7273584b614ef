"""Stage stays: how long a deal stood in each stage, for history, cycle time and stagnation."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key
from crm.models.company import Company

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline import Stage
    from crm.models.user import User

_STILL_OPEN = text("left_at IS NULL")


class StageStay(Base):
    __tablename__ = "stage_stay"
    __table_args__ = (
        # An open deal stands in exactly one stage; the database holds it to that.
        Index("uq_stage_stay_open", "deal_id", unique=True,
              sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
        Index(None, "stage_id", "entered_at"),
        Index(None, "left_at"),
    )  # fmt: skip

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    left_at: Mapped[datetime | None]
    left_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    deal: Mapped[Deal] = relationship(back_populates="stays")
    stage: Mapped[Stage] = relationship()
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])

    def days(self, now: datetime) -> int:
        """How many days it lasted, or lasts until ``now``; days are the company's."""
        day_of = Company.current().day_of
        return max(0, (day_of(self.left_at or now) - day_of(self.entered_at)).days)
