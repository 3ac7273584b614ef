"""What rules and budgets say of a cost while it is entered quickly."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.extensions import db
from crm.filters.address import read
from crm.forms.item_limits import typed_item
from crm.hypermedia import render
from crm.models import ExpenseClaim, ItemKind
from crm.policies import require
from crm.queries.claim_limits import Limits, limits_with

bp = Blueprint("quick_item_limits", __name__)


@bp.get("/expenses/quick/limits")
@login_required
def show() -> Response:
    require("create", ExpenseClaim)
    user = current_user._get_current_object()
    chosen = read([request.args.get("claim", "")], int | None)
    drafts = ExpenseClaim.drafts_of(user).options(*ExpenseClaim.for_page())
    draft = db.session.scalar(drafts.where(ExpenseClaim.id == chosen))
    claim = draft or ExpenseClaim(claimant_id=user.id, claimant=user)
    item = typed_item(request.args, ItemKind.RECEIPT, None)
    limits = limits_with(claim, item) if item else Limits()
    return render("expenses/item_limits/show.html", "limits", claim=claim, limits=limits)
