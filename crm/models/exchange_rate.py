"""Exchange rates the firm has entered, by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Date, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import Base, Currency, Key, Rate, Timestamped, cents_of
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.user import User


class NoRate(Exception):
    """No exchange rate is known for ``currency`` on or before ``day``."""

    def __init__(self, currency: str, day: date) -> None:
        super().__init__(f"no rate for {currency} on {day}")
        self.currency = currency
        self.day = day


class ExchangeRate(Timestamped, Base):
    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("currency", "day"),)

    id: Mapped[Key]
    currency: Mapped[Currency]
    day: Mapped[date] = mapped_column(Date)
    # Units of the base currency for one unit of ``currency``.
    rate: Mapped[Rate]

    @classmethod
    def on(cls, currency: str, day: date) -> Decimal:
        """The latest rate of ``currency`` on or before ``day``; 1 for the base currency.

        :raises NoRate: none was entered.
        """
        if currency == Company.current().base_currency:
            return Decimal(1)
        rate = db.session.scalar(
            select(cls.rate)
            .where(cls.currency == currency, cls.day <= day)
            .order_by(cls.day.desc())
            .limit(1)
        )
        if rate is None:
            raise NoRate(currency, day)
        return rate

    @classmethod
    def latest_first(cls) -> Select[ExchangeRate]:
        """All rates, the latest day first."""
        return select(cls).order_by(cls.day.desc(), cls.currency)

    @classmethod
    def enter(cls, currency: str, day: date, rate: Decimal, *, by: User | None) -> ExchangeRate:
        """Set the rate from ``day`` on; documents keep the rate of the day they were written."""
        row = db.session.scalar(select(cls).where(cls.currency == currency, cls.day == day))
        if row is None:
            row = cls(currency=currency, day=day)
            db.session.add(row)
        row.rate = rate
        Event.record(
            Action.RATE_ENTERED, row, by=by, currency=currency, day=day.isoformat(), rate=str(rate)
        )
        return row


class Price(NamedTuple):
    """An amount as written, with the rate of its day and the amount in the base currency."""

    amount: Decimal
    currency: str
    rate: Decimal
    base_amount: Decimal

    @classmethod
    def of(cls, amount: Decimal, currency: str, day: date) -> Price:
        """``amount`` in ``currency`` at the rate of ``day``; the base amount is rounded half up.

        :raises NoRate: no rate is known for that day.
        """
        rate = ExchangeRate.on(currency, day)
        return cls(cents_of(amount), currency, rate, cents_of(amount * rate))
