"""The bell of a page that is open: it asks by itself whether there is anything new."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.hypermedia import go, is_fragment, render
from crm.queries.notifications import unread_count

bp = Blueprint("bells", __name__)


@bp.get("/notifications/bell")
@login_required
def show() -> Response:
    if not is_fragment():
        return go(url_for("notifications.index"))
    unread = unread_count(current_user)
    if request.args.get("shown") == str(unread):
        return Response(status=204)
    return render("notifications/_bell.html", unread=unread)
