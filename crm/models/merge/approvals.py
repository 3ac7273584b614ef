"""Approval requests of documents that are moved to a customer's other record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from crm.extensions import db
from crm.models.advance import Advance
from crm.models.approval import ApprovalRequest
from crm.models.expense_claim import ExpenseClaim, ExpenseItem

Document = Advance | ExpenseClaim


@contextmanager
def requests_going_along(customer_id: int) -> Iterator[None]:
    """Inside, costs and advances of a customer are moved: their documents say what they said.

    So do the requests over them, but for those whose document was another already than what was
    shown.
    """
    pending = _requests_that_agree(customer_id)
    yield
    for request, document in pending:
        for moved in document.items if isinstance(document, ExpenseClaim) else (document,):
            db.session.refresh(moved, ["customer_id", "customer"])
        request.snapshot, request.content_hash = document.snapshot(), document.content_hash()


def _requests_that_agree(customer_id: int) -> list[tuple[ApprovalRequest, Document]]:
    """The requests over costs and advances of this customer, still of what was shown."""
    claims = db.session.scalars(
        select(ExpenseClaim)
        .where(ExpenseClaim.items.any(ExpenseItem.customer_id == customer_id))
        .options(*ExpenseClaim.for_page())
    ).unique()
    advances = db.session.scalars(
        select(Advance).where(Advance.customer_id == customer_id).options(*Advance.for_page())
    )
    return [
        (request, document)
        for document in (*claims, *advances)
        if (request := document.request) and request.content_hash == document.content_hash()
    ]
