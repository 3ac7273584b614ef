"""What waits for others: what the user handed in or decided, and what their people handed in."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.hypermedia import render
from crm.queries.approvals.inbox import counts_of, waiting_for_others

bp = Blueprint("others_requests", __name__)


@bp.get("/approvals/others")
@login_required
def index() -> Response:
    page = waiting_for_others(
        current_user, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    return render("approvals/others/index.html", "list", page=page, counts=counts_of(current_user))
