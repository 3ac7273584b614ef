"""Receipts: the files of expense items."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.expenses.editing import editable_claim
from crm.extensions import db
from crm.hypermedia import go
from crm.models import Attachment, ExpenseItem
from crm.nouns import record_url
from crm.policies import find, find_in

bp = Blueprint("receipts", __name__)


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/receipts/<int:receipt_id>")
@login_required
def show(claim_id: int, item_id: int, receipt_id: int) -> Response:
    receipt = receipt_of(item_of(claim_id, item_id), receipt_id)
    return files.send(receipt, inline="inline" in request.args, framed="framed" in request.args)


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>/receipts/<int:receipt_id>/delete")
@login_required
def destroy(claim_id: int, item_id: int, receipt_id: int) -> Response:
    claim = editable_claim(claim_id)
    item = item_of(claim_id, item_id)
    claim.remove_receipt(item, receipt_of(item, receipt_id), by=current_user)
    db.session.commit()
    return go(record_url(item.claim))


def receipt_of(item: ExpenseItem, receipt_id: int) -> Attachment:
    """The receipt with this id, if it is one of ``item``; 404 otherwise."""
    return find_in(Attachment.of(item.__tablename__, item.id), Attachment, receipt_id)


def item_of(claim_id: int, item_id: int) -> ExpenseItem:
    """The item with this id, if it is on the claim and the user may see it; 404 otherwise."""
    item = find(ExpenseItem, item_id)
    if item.claim_id != claim_id:
        abort(404)
    return item
