"""Approval requests of claims whose costs are moved to a customer's other record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from crm.extensions import db
from crm.models.approval import ApprovalRequest
from crm.models.expense_claim import ExpenseClaim, ExpenseItem


@contextmanager
def requests_going_along(customer_id: int) -> Iterator[None]:
    """Inside, costs of this customer are moved: their claims say the same as before.

    So do the requests over them, but for those whose claim was another already than what was shown.
    """
    pending = _requests_that_agree(customer_id)
    yield
    for request, claim in pending:
        for item in claim.items:
            db.session.refresh(item, ["customer_id", "customer"])
        request.snapshot, request.content_hash = claim.snapshot(), claim.content_hash()


def _requests_that_agree(customer_id: int) -> list[tuple[ApprovalRequest, ExpenseClaim]]:
    """The requests over costs of this customer whose claim is still what was shown."""
    claims = db.session.scalars(
        select(ExpenseClaim)
        .where(ExpenseClaim.items.any(ExpenseItem.customer_id == customer_id))
        .options(*ExpenseClaim.for_page())
    ).unique()
    return [
        (request, claim)
        for claim in claims
        if (request := claim.request) and request.content_hash == claim.content_hash()
    ]
