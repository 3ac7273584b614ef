"""What the user has decided."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.decided import DecidedFilter
from crm.hypermedia import render
from crm.queries.approvals.inbox import counts_of

bp = Blueprint("decided_requests", __name__)


@bp.get("/approvals/decided")
@login_required
def index() -> Response:
    filter = DecidedFilter.parse(request.args)
    return render(
        "approvals/decided/index.html", "list", at=filter.url(), filter=filter,
        page=filter.shown_to(current_user), counts=counts_of(current_user),
    )  # fmt: skip
