"""What is found before a claim's items are changed."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from crm.models import ExpenseClaim, ExpenseItem
from crm.policies import find, find_in, require


def editable_claim(claim_id: int) -> ExpenseClaim:
    """The claim, which is the reader's own; held while it is written."""
    claim = find(
        ExpenseClaim, claim_id, lock=request.method == "POST", load=ExpenseClaim.for_page()
    )
    require("edit", claim)
    return claim


def item_of(claim: ExpenseClaim, item_id: int) -> ExpenseItem:
    """The item of ``claim`` with this id; 404 if it has none."""
    of_claim = ExpenseItem.visible_to(current_user).where(ExpenseItem.claim_id == claim.id)
    return find_in(of_claim, ExpenseItem, item_id)
