"""What a claim holds: its items and their receipts, as long as nobody decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.orm import Mapped
from sqlalchemy.orm.attributes import flag_modified

from crm import clock
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event, changes_of
from crm.models.expense_claim.states import MOST_ITEMS, ClaimRefused

if TYPE_CHECKING:
    from crm.models.attachment import Attachment
    from crm.models.expense_claim import ExpenseClaim, ExpenseItem
    from crm.models.user import User


class BooksClosed(ClaimRefused):
    """The books are closed up to ``until``, and with that for the ``days`` of these items."""

    def __init__(self, days: Mapping[ExpenseItem, date], until: date) -> None:
        super().__init__("closed")
        self.days, self.until = days, until


def closed_days(items: Iterable[ExpenseItem]) -> dict[ExpenseItem, date]:
    """Of these items those for whose day, now or as it was, the books are closed; and the day."""
    with db.session.no_autoflush:  # what an item said before is known until it is written
        closed = Company.current().is_closed
        return {item: day for item in items for day in _days_of(item) if closed(day)}


class Filling:
    """The part of a claim that is written while it is a draft."""

    if TYPE_CHECKING:
        updated_at: Mapped[datetime]

    @property
    def is_full(self: ExpenseClaim) -> bool:
        """Whether it holds as many costs as one claim can."""
        return len(self.items) >= MOST_ITEMS

    def add_item(self: ExpenseClaim, item: ExpenseItem, *, by: User) -> None:
        """Add a cost.

        :raises ClaimRefused: the claim cannot change now, or it has as many as it holds.
        """
        self._require_editable(item)
        self._require_room(1)
        self.items.append(item)
        self._changed(by, {"items": ["", item.summary]})

    def item_changed(self: ExpenseClaim, item: ExpenseItem, *, by: User) -> None:
        """Record the pending changes of ``item``, if there are any.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable(item)
        changes = changes_of(item, item.TRACKED)
        # What was typed may be the same, and the rate of its day another one by now.
        old, new = self.base_amount, self._total()
        if changes or old != new:
            self._changed(by, changes or {"base_amount": [str(old), str(new)]})

    def remove_item(self: ExpenseClaim, item: ExpenseItem, *, by: User) -> None:
        """Take a cost off the claim.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        self.items.remove(item)
        self._changed(by, {"items": [item.summary, ""]})

    def add_receipts(
        self: ExpenseClaim, item: ExpenseItem, receipts: list[Attachment], *, by: User
    ) -> None:
        """Put receipts to an item, and to the other shares of its bill; none change nothing.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable(item)
        if receipts:
            for share in self.bill_of(item):
                own = receipts if share is item else [receipt.copy() for receipt in receipts]
                share.receipts.extend(own)
            self._changed(by, {"receipts": ["", ", ".join(row.name for row in receipts)]})

    def remove_receipt(
        self: ExpenseClaim, item: ExpenseItem, receipt: Attachment, *, by: User
    ) -> None:
        """Take a receipt off an item and the other shares of its bill.

        The file stays where other records may name it.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable(item)
        for share in self.bill_of(item):
            for copy in [each for each in share.receipts if each.digest == receipt.digest]:
                share.receipts.remove(copy)
                db.session.delete(copy)
        self._changed(by, {"receipts": [receipt.name, ""]})

    def rename(self: ExpenseClaim, title: str, *, by: User) -> None:
        """Give the claim another title.

        :raises ClaimRefused: the claim cannot change now.
        """
        self._require_editable()
        if title != self.title:
            old, self.title = self.title, title
            self._changed(by, {"title": [old, title]})

    def _require_room(self: ExpenseClaim, more: int) -> None:
        """Refuse what would make it hold more costs than can be decided about at once."""
        if more > 0 and len(self.items) + more > MOST_ITEMS:
            raise ClaimRefused("many")

    def _require_editable(self: ExpenseClaim, *items: ExpenseItem) -> None:
        """Go on only if the claim can change now, and the books are open for these items."""
        if not self.is_editable:
            raise ClaimRefused("state")
        self._require_open_books(items)

    @staticmethod
    def _require_open_books(items: Iterable[ExpenseItem]) -> None:
        """Go on only if the books are open for the days of these items, now and as they were."""
        until = Company.with_books_held().books_closed_until
        if until and (days := closed_days(items)):
            raise BooksClosed(days, until)

    def _total(self: ExpenseClaim) -> Decimal:
        return sum((item.base_amount for item in self.items), Decimal(0))

    def _changed(self: ExpenseClaim, by: User, changes: dict[str, list[str]]) -> None:
        self.base_amount = self._total()
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")  # an item changed: the claim's version counts it
        Event.record(Action.CLAIM_CHANGED, self, by=by, changes=changes)


def _days_of(item: ExpenseItem) -> list[date]:
    """The day it says, and the one it said before."""
    history = inspect(item).attrs.spent_on.history
    return [*history.added, *history.unchanged, *history.deleted]
