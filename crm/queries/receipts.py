"""What stands before and after a receipt among those of its claim."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from crm.extensions import db
from crm.models import Attachment, ExpenseClaim, ExpenseItem, User


@dataclass(frozen=True)
class Turning:
    """A receipt's place among ``count``, and the two beside it, where there are any."""

    number: int
    count: int
    previous: Attachment | None
    next: Attachment | None


def turning_from(receipt: Attachment, item: ExpenseItem, user: User) -> Turning:
    """Where ``receipt`` of ``item`` stands among those of the claim that ``user`` may see.

    They are numbered as on the claim's paper; of a receipt on several shares, each is the same.
    """
    items = db.session.scalars(
        ExpenseItem.visible_to(user)
        .where(ExpenseItem.claim_id == item.claim_id)
        .order_by(*ExpenseItem.in_order())
        .options(selectinload(ExpenseItem.receipts))
    )
    shown = ExpenseClaim.receipts_of(items)
    at = [each.digest for each in shown].index(receipt.digest)
    before, after = shown[:at], shown[at + 1 :]
    return Turning(at + 1, len(shown), before[-1] if before else None, next(iter(after), None))
