"""Competitors: who else offers for the same deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Name
from crm.folding import fold

if TYPE_CHECKING:
    from crm.models.deal import Deal


class DealCompetitor(Base):
    __tablename__ = "deal_competitor"
    __table_args__ = (UniqueConstraint("deal_id", "folded"),)

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    name: Mapped[Name]
    # The name folded, by which one competitor is told from another.
    folded: Mapped[str] = mapped_column(String(200), index=True)
    note: Mapped[str | None]

    deal: Mapped[Deal] = relationship(back_populates="competitors")

    @property
    def said(self) -> str:
        """``KSB: cheaper by a tenth``, as histories keep it."""
        return f"{self.name}: {self.note}" if self.note else self.name


def folded_name(name: str) -> str:
    """By which one competitor is told from another; never empty."""
    return (fold(name) or name)[:200]
