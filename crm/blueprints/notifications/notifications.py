"""What somebody was told: what is not read yet, then what was, by day."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.filters.notifications import NotificationFilter
from crm.hypermedia import render
from crm.queries.notifications import by_day, notices_of, unread_count

bp = Blueprint("notifications", __name__)


@bp.get("/notifications")
@login_required
def index() -> Response:
    filter = NotificationFilter.parse(request.args)
    page = filter.shown_to(current_user)
    return render(
        "notifications/notifications/index.html", "list", at=filter.url(), filter=filter,
        page=page, days=by_day(notices_of(page.records)), unread=unread_count(current_user),
    )  # fmt: skip
