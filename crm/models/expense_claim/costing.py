"""What a cost comes to: as it was paid, or computed from a rate of the firm's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm.base import amount_of
from crm.models.exchange_rate import Price
from crm.models.expense_claim.splitting import total_of
from crm.models.expense_rate import ExpenseRate

if TYPE_CHECKING:
    from crm.models.expense_claim.item import ExpenseItem


class Costing:
    """The part of an item that is an amount, at the exchange rate of its day."""

    if TYPE_CHECKING:
        amount: Mapped[Decimal]
        currency: Mapped[str]
        rate: Mapped[Decimal]
        base_amount: Mapped[Decimal]
        spent_on: Mapped[date]
        expense_rate: Mapped[ExpenseRate | None]
        quantity: Mapped[Decimal | None]
        unit_amount: Mapped[Decimal | None]

    def set_amount(self: ExpenseItem, amount: Decimal, currency: str, spent_on: date) -> None:
        """Set the amount at the rate of the day it was spent.

        :raises crm.models.exchange_rate.NoRate: no rate is known for that day.
        """
        price = Price.of(amount, currency, spent_on)
        self.amount, self.currency, self.rate, self.base_amount = price
        self.spent_on = spent_on

    def compute(self: ExpenseItem, rate: ExpenseRate, quantity: Decimal, spent_on: date) -> None:
        """Set rate and quantity, and the amount that follows: nobody types it.

        What the rate granted is kept: as long as rate and day stay, a later change of the rate
        changes nothing here.

        :raises crm.models.expense_rate.NotGranted: the rate began after that day.
        :raises crm.models.exchange_rate.NoRate: no exchange rate is known for that day.
        """
        unit_amount, currency = self.unit_amount, self.currency
        if unit_amount is None or (rate, spent_on) != (self.expense_rate, self.spent_on):
            grant = rate.on(spent_on)
            unit_amount, currency = grant.amount, grant.currency
        self.set_amount(amount_of(quantity, unit_amount), currency, spent_on)
        self.kind, self.expense_rate, self.category = rate.kind, rate, rate.category
        self.quantity, self.unit_amount = quantity, unit_amount

    @property
    def is_computed(self: ExpenseItem) -> bool:
        """Whether a rate says what it comes to."""
        return self.quantity is not None

    @property
    def bill_amount(self: ExpenseItem) -> Decimal:
        """What the whole bill came to of which this is a share; of others their own amount."""
        return self.amount if self.split_of is None else total_of(self.claim.bill_of(self))[0]

    @property
    def is_share(self: ExpenseItem) -> bool:
        """Whether it is only a part of its bill: what the bill came to is not changed here."""
        return self.bill_amount != self.amount
