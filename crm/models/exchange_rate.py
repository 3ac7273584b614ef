"""Exchange rates the firm has entered, by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Date, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import Base, Currency, Key, Rate, Timestamped, cents_of, shortly
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.user import User

# A rate that differs by more of itself from the one before is hardly meant.
FAR = Decimal("0.25")


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
    def visible_to(cls, _user: User) -> Select[ExchangeRate]:
        """Everybody reads at which rate an amount was converted."""
        return select(cls)

    @classmethod
    def of_day(cls, currency: str, day: date) -> ExchangeRate | None:
        """The one that was entered for just that day."""
        return db.session.scalar(select(cls).where(cls.currency == currency, cls.day == day))

    @classmethod
    def beside(cls, currency: str, day: date) -> ExchangeRate | None:
        """The last one before ``day``, else the first after it: never that of the day itself."""
        these = select(cls).where(cls.currency == currency).limit(1)
        before = db.session.scalar(these.where(cls.day < day).order_by(cls.day.desc()))
        return before or db.session.scalar(these.where(cls.day > day).order_by(cls.day))

    @classmethod
    def changes(cls) -> Select[Event]:
        """The events that entered and removed rates, newest first."""
        return Event.newest_first().where(
            Event.action.in_((Action.RATE_ENTERED, Action.RATE_REMOVED))
        )

    @classmethod
    def enter(cls, currency: str, day: date, rate: Decimal, *, by: User | None) -> ExchangeRate:
        """Set the rate from ``day`` on; documents keep the rate of the day they were written.

        It replaces what was entered for the same day; the same again changes nothing.
        """
        row = cls.of_day(currency, day)
        if row is not None and row.rate == rate:
            return row
        replaced = shortly(row.rate) if row else ""
        if row is None:
            row = cls(currency=currency, day=day)
            db.session.add(row)
        row.rate = rate
        row._record(Action.RATE_ENTERED, by, replaced=replaced)
        return row

    def remove(self, *, by: User) -> None:
        """Take it away: the one before holds on; documents keep the rate they were written at."""
        self._record(Action.RATE_REMOVED, by)
        db.session.delete(self)

    def is_far_from(self, rate: Decimal) -> bool:
        """Whether ``rate`` is more than a quarter above or below it."""
        return abs(rate - self.rate) > FAR * self.rate

    def _record(self, action: Action, by: User | None, **besides: Any) -> None:
        Event.record(
            action, self, by=by, currency=self.currency, day=self.day.isoformat(),
            rate=shortly(self.rate), **besides,
        )  # fmt: skip


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
