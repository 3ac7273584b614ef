"""Expense rates: what the firm grants for a kilometre or a day, and from which day on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Select, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from crm import clock
from crm.base import Base, Currency, Key, Rate, Versioned, shortly, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event, changes_of

if TYPE_CHECKING:
    from crm.models.option import Option
    from crm.models.user import User


class ItemKind(StrEnum):
    """What proves a cost: its receipt, or a rate of the firm's and how far or long it was."""

    RECEIPT = "receipt"
    MILEAGE = "mileage"
    ALLOWANCE = "allowance"


class NotGranted(Exception):
    """The rate grants nothing yet on that day."""

    def __init__(self, rate: ExpenseRate, day: date) -> None:
        super().__init__(f"{rate} grants nothing on {day}")
        self.rate, self.day = rate, day


class ExpenseRate(Bilingual, Versioned, Base):
    __tablename__ = "expense_rate"
    __table_args__ = (CheckConstraint("kind <> 'receipt'", name="kind_computed"),)

    TRACKED = ("label_zh", "label_en", "category")

    id: Mapped[Key]
    kind: Mapped[ItemKind] = mapped_column(stored_by_value(ItemKind))
    # What the costs it makes count as.
    category_id: Mapped[int] = mapped_column(ForeignKey("option.id"))
    # From then on it is chosen no more; what was claimed by it stays.
    retired_at: Mapped[datetime | None]

    category: Mapped[Option] = relationship(active_history=True)
    grants: Mapped[list[RateGrant]] = relationship(
        back_populates="expense_rate", cascade="all, delete-orphan",
        order_by="RateGrant.valid_from.desc()",
    )  # fmt: skip

    @classmethod
    def visible_to(cls, _user: User) -> Select[ExpenseRate]:
        """Everybody knows what the firm grants."""
        return cls.in_order()

    @classmethod
    def in_order(cls) -> Select[ExpenseRate]:
        """All rates with what they grant; those in use come first."""
        in_order = cls.retired_at.is_not(None), cls.kind.desc(), cls.id
        return select(cls).order_by(*in_order).options(selectinload(cls.grants))

    @classmethod
    def in_use(cls, kind: ItemKind) -> Select[ExpenseRate]:
        """The rates of one kind that can be chosen now."""
        return cls.in_order().where(cls.kind == kind, cls.retired_at.is_(None))

    @classmethod
    def called(cls, name: str) -> Select[ExpenseRate]:
        """The rates in use that have this name, in whichever language."""
        is_so = or_(cls.label_zh == name, cls.label_en == name)
        return select(cls).where(cls.retired_at.is_(None), is_so)

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    def on(self, day: date) -> RateGrant:
        """What it grants on ``day``: the latest grant from that day on or before.

        :raises NotGranted: it began later.
        """
        for grant in self.grants:  # the latest first
            if grant.valid_from <= day:
                return grant
        raise NotGranted(self, day)

    def at_last(self, day: date) -> RateGrant:
        """What it grants on ``day``, or, where it has not begun, will grant first."""
        return next((each for each in self.grants if each.valid_from <= day), self.grants[-1])

    def begin(self, day: date, amount: Decimal, currency: str, *, by: User) -> ExpenseRate:
        """Offer the rate, which was filled in before; it grants ``amount`` from ``day`` on."""
        db.session.add(self)
        self.grant(day, amount, currency, by=by)
        return self

    def grant_of(self, day: date) -> RateGrant | None:
        """What was entered to hold from just that day on."""
        return next((each for each in self.grants if each.valid_from == day), None)

    def grant(self, day: date, amount: Decimal, currency: str, *, by: User) -> None:
        """Grant ``amount`` for one from ``day`` on; what was claimed before stays as it is.

        It replaces what was entered for the same day.
        """
        before = self._written
        grant = self.grant_of(day)
        if grant is None:
            grant = RateGrant(valid_from=day)
            self.grants.append(grant)
        grant.amount, grant.currency = amount, currency
        self.grants.sort(key=lambda each: each.valid_from, reverse=True)
        self._note_grants(before, by=by)

    def take_back(self, grant: RateGrant, *, by: User) -> None:
        """Forget a grant that was entered by mistake: the one before holds on.

        The only one stays: a rate grants something.
        """
        if grant in self.grants and len(self.grants) > 1:
            before = self._written
            self.grants.remove(grant)
            self._note_grants(before, by=by)

    def set_in_use(self, in_use: bool, *, by: User) -> None:
        """Offer it again, or no more; the same again changes nothing."""
        if in_use == self.is_retired:
            self.retired_at = None if in_use else clock.now()
            self._record({"offered": [str(not in_use), str(in_use)]}, by=by)

    def note_changes(self, *, by: User) -> None:
        """Record the pending changes of its names and category, if there are any."""
        if changes := changes_of(self, self.TRACKED):
            self._record(changes, by=by)

    @property
    def _written(self) -> str:
        """``2026-01-01: 0.8 CNY; …``: what it grants, as a history keeps it."""
        return "; ".join(map(str, reversed(self.grants)))

    def _note_grants(self, before: str, *, by: User) -> None:
        if before != self._written:
            self._record({"grants": [before, self._written]}, by=by)

    def _record(self, changes: dict[str, list[str]], *, by: User) -> None:
        Event.record(Action.EXPENSE_RATE_CHANGED, self, by=by, name=self.both, changes=changes)


class RateGrant(Base):
    """What a rate grants for one kilometre or one day, from a day on."""

    __tablename__ = "expense_rate_grant"
    __table_args__ = (UniqueConstraint("expense_rate_id", "valid_from"),)

    id: Mapped[Key]
    expense_rate_id: Mapped[int] = mapped_column(ForeignKey("expense_rate.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    # With up to six decimals: 0.655 for a kilometre is common.
    amount: Mapped[Rate]
    currency: Mapped[Currency]

    expense_rate: Mapped[ExpenseRate] = relationship(back_populates="grants")

    @classmethod
    def of(cls, rate: ExpenseRate) -> Select[RateGrant]:
        """Everything that ``rate`` grants or granted."""
        return select(cls).where(cls.expense_rate_id == rate.id)

    def __str__(self) -> str:
        return f"{self.valid_from}: {shortly(self.amount)} {self.currency}"
