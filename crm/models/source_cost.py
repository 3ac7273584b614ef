"""Costs of sources: what an exhibition, a campaign or a portal cost in a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import CheckConstraint, Date, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.base import Base, Key, Versioned
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.terms import Span, Term

if TYPE_CHECKING:
    from crm.models.option import Option
    from crm.models.user import User


class Spent(NamedTuple):
    """What a source cost in a month, in the base currency, and what for."""

    amount: Decimal
    note: str | None = None


class SourceCost(Versioned, Base):
    __tablename__ = "source_cost"
    __table_args__ = (
        UniqueConstraint("source_id", "month"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    id: Mapped[Key]
    source_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    # The first day of the month.
    month: Mapped[date] = mapped_column(Date)
    # In the base currency.
    amount: Mapped[Decimal]
    note: Mapped[str | None]

    source: Mapped[Option] = relationship()

    @classmethod
    def in_year(cls, year: int) -> dict[int, dict[date, Spent]]:
        """What was typed for the months of a year, by the source's id."""
        found: dict[int, dict[date, Spent]] = {}
        months = cls.month.between(date(year, 1, 1), date(year, 12, 31))
        for cost in db.session.scalars(select(cls).where(months).order_by(cls.month)):
            found.setdefault(cost.source_id, {})[cost.month] = Spent(cost.amount, cost.note)
        return found

    @classmethod
    def set_for(
        cls, source: Option, year: int, spent: Mapping[date, Spent], *, by: User | None
    ) -> None:
        """From now on ``source`` has just these costs in ``year``; the same again changes nothing.

        :param spent: by the first day of the month; months that are not among them cost nothing.
        """
        before = cls.in_year(year).get(source.id, {})
        if before == dict(spent):
            return
        months = cls.month.between(date(year, 1, 1), date(year, 12, 31))
        chosen = select(cls).where(cls.source_id == source.id, months)
        held = {cost.month: cost for cost in db.session.scalars(chosen)}
        for month in held.keys() - spent.keys():
            db.session.delete(held[month])
        for month, (amount, note) in spent.items():
            cost = held.get(month)
            if cost is None:
                cost = cls(source=source, month=month)
                db.session.add(cost)
            cost.amount, cost.note = amount, note
        changes = {"costs": [_written(source, before), _written(source, spent)]}
        Event.record(Action.SOURCE_COST_CHANGED, Company.current(), by=by, changes=changes)

    @classmethod
    def within(cls, first: date | None, last: date | None) -> dict[int, Decimal]:
        """What each source cost from ``first`` to ``last``, by its id, not rounded.

        Of a month that lies partly within, the part of its days; none of the ends: no end.
        """
        costs = select(cls)
        if first:
            costs = costs.where(cls.month >= first.replace(day=1))
        if last:
            costs = costs.where(cls.month <= last)
        found: dict[int, Decimal] = {}
        for cost in db.session.scalars(costs):
            month = Term(Span.MONTH, cost.month)
            begin, end = max(first or month.first, month.first), min(last or month.last, month.last)
            part = cost.amount * _days(begin, end) / _days(month.first, month.last)
            found[cost.source_id] = found.get(cost.source_id, Decimal(0)) + part
        return found


def _days(first: date, last: date) -> int:
    return (last - first) // timedelta(days=1) + 1


def _written(source: Option, spent: Mapping[date, Spent]) -> str:
    """``2026-03: 12,000.00 (Hannover), …`` after the source's names: what a history keeps."""
    costs = ", ".join(
        f"{month:%Y-%m}: {amount:,.2f}" + (f" ({note})" if note else "")
        for month, (amount, note) in sorted(spent.items())
    )
    return "\n".join(f"{name}: {costs}" if costs else "" for name in source.both.split("\n"))
