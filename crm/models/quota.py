"""Quotas: what a person, a team or the company is to win in a month, a quarter or a year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Timestamped, Versioned, stored_by_value

if TYPE_CHECKING:
    from crm.models.team import Team
    from crm.models.user import User


class Span(StrEnum):
    """For how long a quota is set."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def _one(name: str, columns: tuple[str, ...], condition: str) -> Index:
    """One quota for whom it is set, and for which span."""
    where = text(condition)
    return Index(
        f"uq_quota_{name}", *columns, "span", "first", unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


class Quota(Versioned, Timestamped, Base):
    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="of_one"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        _one("user", ("user_id",), "user_id IS NOT NULL"),
        _one("team", ("team_id",), "team_id IS NOT NULL"),
        _one("company", (), "user_id IS NULL AND team_id IS NULL"),
    )

    id: Mapped[Key]
    # Of a person, of a team, or, without either, of the company.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    span: Mapped[Span] = mapped_column(stored_by_value(Span))
    # The first day of its month, quarter or year.
    first: Mapped[date] = mapped_column(Date)
    # In the base currency.
    amount: Mapped[Decimal]

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
