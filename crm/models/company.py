"""The company that runs this installation: one row, its settings."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from flask import g, has_app_context
from sqlalchemy import CheckConstraint, Date, String, Time, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from crm import clock
from crm.base import Base, Currency, Key, Name, Versioned, stored_by_value
from crm.extensions import db
from crm.models.event import Action, Event, changes_of

if TYPE_CHECKING:
    from crm.models.user import User


class PoolClaimants(StrEnum):
    """Who may claim a customer from the pool."""

    SALES = "sales"
    MANAGERS = "managers"


class Company(Versioned, Base):
    __tablename__ = "company"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    TRACKED = (
        "name",
        "language",
        "timezone",
        "base_currency",
        "approval_link_limit",
        "pool_limit",
        "pool_rest_days",
        "trash_days",
        "daily_report_at",
        "pool_claimants",
    )

    id: Mapped[Key]
    name: Mapped[Name]
    base_currency: Mapped[Currency] = mapped_column(String(3), default="CNY")
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    # What mails are written in to people who have not chosen a language.
    language: Mapped[str] = mapped_column(String(5), default="zh")
    # Up to this amount, in the base currency, the link in a mail alone decides (DOMAIN.md).
    approval_link_limit: Mapped[Decimal] = mapped_column(default=Decimal(2000))
    # How many customers a person may own and still claim one from the pool; None: no pool.
    pool_limit: Mapped[int | None]
    # For how long who lost a customer cannot claim it again.
    pool_rest_days: Mapped[int] = mapped_column(default=30)
    # After so many days in the trash a record is deleted for good; 0: never by itself.
    trash_days: Mapped[int] = mapped_column(default=90)
    pool_claimants: Mapped[PoolClaimants] = mapped_column(
        stored_by_value(PoolClaimants), default=PoolClaimants.SALES
    )
    # Nothing is spent, changed or paid any more on a day up to this one; None: the books are open.
    books_closed_until: Mapped[date | None] = mapped_column(Date)
    # When managers get the report of the day by mail, by the company's clock.
    daily_report_at: Mapped[time] = mapped_column(
        Time, default=time(18, 30), server_default="18:30:00"
    )
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def current(cls) -> Company:
        """The company; one query a request. Before the set-up: defaults, not stored."""
        if not has_app_context():
            raise RuntimeError("the company is known inside an application context only")
        if "company" not in g:
            company = db.session.get(cls, 1)
            if company is None:
                return cls(
                    id=1,
                    name="",
                    base_currency="CNY",
                    timezone="Asia/Shanghai",
                    language="zh",
                    approval_link_limit=Decimal(2000),
                    pool_rest_days=30,
                    trash_days=90,
                    daily_report_at=time(18, 30),
                    pool_claimants=PoolClaimants.SALES,
                    is_demo=False,
                )
            g.company = company
        return g.company

    @classmethod
    def locked(cls) -> Company:
        """The company, held until the transaction ends so that two changes come one by one."""
        return db.session.get_one(cls, 1, with_for_update=True, populate_existing=True)

    @classmethod
    def hold(cls) -> None:
        """Make others who decide about the whole firm wait until this transaction ends."""
        db.session.execute(select(cls.id).with_for_update())

    @classmethod
    def with_books_held(cls) -> Company:
        """The company; nobody closes or opens its books until this transaction ends."""
        company = cls.current()
        with db.session.no_autoflush:  # what was typed is not in the history yet
            db.session.execute(select(cls.id).with_for_update(read=True))
            # Asked after the wait: a statement knows of nothing that was committed meanwhile.
            if company in db.session:
                db.session.refresh(company, ["books_closed_until"])
        return company

    @property
    def has_pool(self) -> bool:
        """Whether customers without an owner can be claimed."""
        return self.pool_limit is not None

    @property
    def has_money(self) -> bool:
        """Whether amounts were already converted into the base currency."""
        from crm.models.deal import Deal
        from crm.models.exchange_rate import ExchangeRate
        from crm.models.expense_claim import ExpenseItem

        written = (
            Deal.amount.is_not(None),
            ExpenseItem.id.is_not(None),
            ExchangeRate.id.is_not(None),
        )
        return any(db.session.scalar(select(1).where(one).limit(1)) for one in written)

    def today(self) -> date:
        """The company's day: what a day, a month and a quarter are counted in."""
        return clock.day_of(clock.now(), self.timezone)

    def day_of(self, moment: datetime) -> date:
        """The company's day that ``moment`` belongs to."""
        return clock.day_of(moment, self.timezone)

    def is_closed(self, day: date) -> bool:
        """Whether the books are closed for ``day``."""
        return self.books_closed_until is not None and day <= self.books_closed_until

    def close_books(self, until: date | None, *, by: User) -> Event | None:
        """Close the books up to this day, or open them again; the same again changes nothing.

        :returns: what is recorded, if anything changed.
        """
        if until == self.books_closed_until:
            return None
        before, self.books_closed_until = self.books_closed_until, until
        return Event.record(
            Action.BOOKS_CLOSED, self, by=by, until=str(until or ""), before=str(before or "")
        )

    def note_set_up(self, *, by: User) -> None:
        """Record that the first visit is over, whatever was skipped."""
        Event.record(Action.COMPANY_SET_UP, self, by=by)

    def note_changes(self, *, by: User, besides: dict[str, list[str]] | None = None) -> None:
        """Record the pending changes, if there are any, and those ``besides`` that belong to it."""
        changes = changes_of(self, self.TRACKED) | (besides or {})
        if besides:
            flag_modified(self, "pool_limit")  # a new version, though another table changes
        if changes:
            Event.record(Action.COMPANY_CHANGED, self, by=by, changes=changes)
