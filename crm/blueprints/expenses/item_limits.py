"""What rules and budgets say of an item while it is written."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import login_required

from crm.filters.address import read
from crm.forms.item_limits import typed_item
from crm.hypermedia import render
from crm.models import ExpenseClaim, ItemKind
from crm.policies import find, require
from crm.queries.claim_limits import Limits, limits_with

bp = Blueprint("item_limits", __name__)


@bp.get("/expenses/<int:claim_id>/item-limits")
@login_required
def show(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    require("edit", claim)
    kind = read([request.args.get("kind", "")], ItemKind | None) or ItemKind.RECEIPT
    item_id = read([request.args.get("item", "")], int | None)
    before = next((item for item in claim.items if item.id == item_id), None)
    item = typed_item(request.args, kind, before)
    limits = limits_with(claim, item, instead_of=before) if item else Limits()
    return render("expenses/item_limits/show.html", "limits", claim=claim, limits=limits)
