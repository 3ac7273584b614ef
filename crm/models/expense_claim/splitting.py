"""One bill for several customers or deals: each gets its share, and the shares come to the bill."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from crm.base import amount_of, cents_of
from crm.extensions import db
from crm.models.expense_claim.states import ClaimRefused

if TYPE_CHECKING:
    from crm.models.customer import Customer
    from crm.models.deal import Deal
    from crm.models.expense_claim import ExpenseClaim, ExpenseItem
    from crm.models.user import User

CENT = Decimal("0.01")
# What the shares of one bill have in common.
COMMON = ("kind", "category", "expense_rate", "quantity", "unit_amount", "currency", "rate",
          "spent_on", "payee", "purpose")  # fmt: skip


class Part(NamedTuple):
    """For whom a share is, and how much beside the others: an amount, a percentage, a number."""

    customer: Customer | None
    deal: Deal | None
    share: Decimal


class Splitting:
    """The part of a claim that shares bills out."""

    def bill_of(self: ExpenseClaim, item: ExpenseItem) -> list[ExpenseItem]:
        """Everything on this claim that is a share of the same bill, ``item`` among it."""
        if item.split_of is None:
            return [item]
        return [other for other in self.items if other.split_of == item.split_of]

    def split_item(
        self: ExpenseClaim, item: ExpenseItem, parts: Sequence[Part], *, by: User
    ) -> list[ExpenseItem]:
        """Share the bill of ``item`` out anew: an item for each part, exactly the bill together.

        One part alone makes it a single item again.

        :raises ClaimRefused: the claim cannot change now or would hold too many costs, or the
            bill is too little for so many.
        """
        self._require_editable(item)
        bill = self.bill_of(item)
        self._require_room(len(parts) - len(bill))
        before = _told(bill)
        shares = self._share_out(bill, parts)
        if _told(shares) != before:
            self._changed(by, {"items": [before, _told(shares)]})
        return shares

    def join_item(self: ExpenseClaim, item: ExpenseItem, *, by: User) -> ExpenseItem:
        """Make one item of all shares again, for whom the first one is.

        :raises ClaimRefused: the claim cannot change now.
        """
        first = self.bill_of(item)[0]
        (whole,) = self.split_item(item, [Part(first.customer, first.deal, Decimal(1))], by=by)
        return whole

    def _share_out(
        self: ExpenseClaim, bill: list[ExpenseItem], parts: Sequence[Part]
    ) -> list[ExpenseItem]:
        """The items for ``parts``; those that were there stay as long as there are parts."""
        total, base_total = total_of(bill)
        amounts = shared_out(total, [part.share for part in parts])
        if min(amounts) < CENT:
            raise ClaimRefused("share")
        first = bill[0]
        db.session.flush()  # the first gives its id to the others
        for gone in bill[len(parts) :]:
            self.items.remove(gone)
        shares = [*bill[: len(parts)]]
        for _number in parts[len(bill) :]:
            shares.append(again(first))
            shares[-1].receipts.extend(receipt.copy() for receipt in first.receipts)
            self.items.append(shares[-1])
        bases = shared_out(base_total, amounts)
        for share, part, amount, base in zip(shares, parts, amounts, bases, strict=True):
            share.customer, share.deal = part.customer, part.deal
            share.amount, share.base_amount = amount, base
            share.split_of = first.id if len(parts) > 1 else None
        return shares


def total_of(bill: Sequence[ExpenseItem]) -> tuple[Decimal, Decimal]:
    """What a bill comes to, as written and in the base currency.

    Of a receipt, what is claimed of it; what a rate grants is always granted whole.
    """
    total = sum((item.amount for item in bill), Decimal(0))
    base = sum((item.base_amount for item in bill), Decimal(0))
    first = bill[0]
    if first.quantity is None or first.unit_amount is None:
        return total, base
    whole = amount_of(first.quantity, first.unit_amount)
    return whole, base if whole == total else cents_of(whole * first.rate)


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``total`` shared out by ``weights``, to the cent: together they are exactly ``total``.

    What is left after rounding down goes, a cent each, to those who lost most by it.
    """
    cents, weight = int(total / CENT), sum(map(Fraction, weights))
    exact = [cents * Fraction(each) / weight for each in weights]
    whole = [int(each) for each in exact]
    most_lost = sorted(range(len(exact)), key=lambda index: whole[index] - exact[index])
    for index in most_lost[: cents - sum(whole)]:
        whole[index] += 1
    return [each * CENT for each in whole]


def again(item: ExpenseItem) -> ExpenseItem:
    """A new item that says the same, for nobody yet."""
    return type(item)(**{name: getattr(item, name) for name in COMMON})


def _told(items: Sequence[ExpenseItem]) -> str:
    """The items with whom they are for, in both languages, as a history keeps them."""
    return "\n".join(
        "; ".join(
            " ".join(filter(None, (
                item.category.label(language), f"{item.amount} {item.currency}",
                item.customer.name if item.customer else "", item.deal.name if item.deal else "",
            )))
            for item in items
        )
        for language in ("zh", "en")
    )  # fmt: skip
