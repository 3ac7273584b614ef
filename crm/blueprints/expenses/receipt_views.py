"""A receipt to look at, over the page that names it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import login_required

from crm.blueprints.expenses.receipts import item_of, receipt_of
from crm.hypermedia import ask

bp = Blueprint("receipt_views", __name__)


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/receipts/<int:receipt_id>/view")
@login_required
def show(claim_id: int, item_id: int, receipt_id: int) -> Response:
    item = item_of(claim_id, item_id)
    return ask("expenses/receipt_views/show.html", item=item, receipt=receipt_of(item, receipt_id))
