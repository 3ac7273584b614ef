"""Copying a claim: what is spent every month is not typed every month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.exchange_rate import NoRate
from crm.models.expense_claim.splitting import Part, again, total_of
from crm.models.expense_rate import NotGranted

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.deal import Deal
    from crm.models.expense_claim import ExpenseClaim, ExpenseItem
    from crm.models.user import User


class Copying:
    """The part of a claim that can be had once more."""

    def copy(self: ExpenseClaim, *, by: User) -> ExpenseClaim:
        """A draft with the same items, spent today: at today's rates, and without receipts.

        Left out is what a rate that is retired granted, and what has no exchange rate.
        """
        copy = type(self).begin(self.title, by=by)
        for bill in self.bills:
            first = again(bill[0])
            if not _set_today(first, bill):
                continue
            copy.items.append(first)
            parts = [Part(*_still_there(item), item.amount) for item in bill]
            first.customer, first.deal, _share = parts[0]
            if len(parts) > 1:
                copy._share_out([first], parts)
        copy.base_amount = copy._total()
        Event.record(Action.CLAIM_COPIED, copy, by=by, name=self.title, source=self.number)
        return copy

    @property
    def bills(self: ExpenseClaim) -> list[list[ExpenseItem]]:
        """The items, those together that are shares of one bill."""
        return [bill for item in self.items if (bill := self.bill_of(item))[0] is item]


def _set_today(item: ExpenseItem, bill: list[ExpenseItem]) -> bool:
    """Whether the item can be spent today, as what its bill came to."""
    today, rate = Company.current().today(), item.expense_rate
    try:
        if rate is None or item.quantity is None:
            item.set_amount(total_of(bill)[0], item.currency, today)
        elif rate.is_retired:
            return False
        else:
            item.unit_amount = None
            item.compute(rate, item.quantity, today)
    except (NoRate, NotGranted):
        return False
    return True


def _still_there(item: ExpenseItem) -> tuple[Customer | None, Deal | None]:
    """For whom it was, without what was deleted since."""
    customer, deal = item.customer, item.deal
    return (
        None if customer is None or customer.is_trashed else customer,
        None if deal is None or deal.is_trashed else deal,
    )
