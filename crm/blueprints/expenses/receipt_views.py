"""A receipt to look at, over the page that names it; from one to the next of its claim."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.blueprints.expenses.receipts import item_of, receipt_of
from crm.hypermedia import ask
from crm.queries.receipts import turning_from

bp = Blueprint("receipt_views", __name__)


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/receipts/<int:receipt_id>/view")
@login_required
def show(claim_id: int, item_id: int, receipt_id: int) -> Response:
    item = item_of(claim_id, item_id)
    receipt = receipt_of(item, receipt_id)
    return ask(
        "expenses/receipt_views/show.html", part="receipt" if "turned" in request.args else "",
        item=item, receipt=receipt, turning=turning_from(receipt, item, current_user),
        is_whole="whole" in request.args,
    )  # fmt: skip
