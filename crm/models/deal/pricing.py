"""What a deal is worth: an amount that is typed, or the sum of its product lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import Mapped

from crm.amounts import TOO_MUCH
from crm.base import amount_of, cents_of
from crm.models.company import Company
from crm.models.deal.closing import AmountStands
from crm.models.deal.line import DealLine
from crm.models.deal.telling import difference
from crm.models.exchange_rate import Price

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class AmountFollowsLines(AmountStands):
    """The amount is the sum of the deal's lines: who wants another one changes those."""


class AmountTooLarge(ValueError):
    """It is more than any amount that is kept."""


class LinePlan(NamedTuple):
    """What a line is to say; ``line`` is the one that says it now, if there is one."""

    name: str
    quantity: Decimal
    price: Decimal
    line: DealLine | None = None

    @property
    def amount(self) -> Decimal:
        return amount_of(self.quantity, self.price)

    def written(self, position: int) -> DealLine:
        """The line that says so, a new one if there is none."""
        line = self.line or DealLine()
        line.position, line.name = position, self.name
        line.quantity, line.price = self.quantity, self.price
        return line


def sum_of(plans: Iterable[LinePlan]) -> Decimal:
    """What the lines come to."""
    return sum((plan.amount for plan in plans), Decimal("0.00"))


class Pricing:
    """The part of a deal that has an amount."""

    if TYPE_CHECKING:
        amount: Mapped[Decimal | None]
        base_amount: Mapped[Decimal | None]
        lines: Mapped[list[DealLine]]

    @property
    def is_priced_by_lines(self) -> bool:
        """Whether its amount is the sum of its lines, and typed nowhere else."""
        return bool(self.lines)

    @property
    def weighted_amount(self: Deal) -> Decimal | None:
        """Base amount × chance / 100, in the base currency."""
        return None if self.base_amount is None else cents_of(self.base_amount * self.chance / 100)

    def set_amount(self: Deal, amount: Decimal | None, currency: str) -> None:
        """Set the amount at today's rate; nothing changes if amount and currency stay the same.

        :raises AmountStands: the deal was closed with another one.
        :raises AmountFollowsLines: it is another one than that of its lines.
        :raises crm.models.exchange_rate.NoRate: no rate is known for ``currency``.
        """
        is_other = (self.currency, self.amount) != (currency, amount)
        if is_other and not self.amount_stands and self.is_priced_by_lines:
            raise AmountFollowsLines
        self._take_amount(amount, currency)

    def price_by(
        self: Deal, plans: Sequence[LinePlan], *, by: User, currency: str | None = None
    ) -> None:
        """Sell just these lines, in this order: from now on the amount is their sum.

        Where no line is left the amount stays as it is, and is typed again.

        :param currency: of their prices; default: the deal's.
        :raises AmountStands: the deal was closed with another amount.
        :raises AmountTooLarge: they come to more than is kept.
        :raises crm.models.exchange_rate.NoRate: no rate is known for ``currency``.
        :raises crm.models.deal.Missing: its stage demands a product, and no line is left.
        :raises ValueError: a quantity is not above zero, or a price below it.
        """
        if any(plan.quantity <= 0 or plan.price < 0 for plan in plans):
            raise ValueError("a line has a quantity above zero, and no price below it")
        if self.lines and not plans and not self.product:
            self.require_kept("product")
        before = [line.said for line in self.lines]
        # First, because it asks for a rate: that would flush what is not in the history yet.
        self._take_amount(sum_of(plans) if plans else self.amount, currency or self.currency)
        self.lines = [plan.written(at) for at, plan in enumerate(plans, start=1)]
        told: dict[str, Any] = {}
        if (after := [line.said for line in self.lines]) != before:
            self.touch()
            told["lines"] = difference(before, after)
        self.note_changes(by=by, **told)

    def _take_amount(self: Deal, amount: Decimal | None, currency: str) -> None:
        if (self.currency, self.amount) == (currency, amount):
            return
        if self.amount_stands:
            raise AmountStands
        if amount is not None and amount >= TOO_MUCH:
            raise AmountTooLarge
        price = Price.of(amount or Decimal(0), currency, Company.current().today())
        if price.base_amount >= TOO_MUCH:
            raise AmountTooLarge
        self.currency, self.rate = price.currency, price.rate
        self.amount = None if amount is None else price.amount
        self.base_amount = None if amount is None else price.base_amount
