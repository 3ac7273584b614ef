"""Reading: one notification, from where one goes on to what it is about, or all of them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or
from crm.models import Notification
from crm.policies import find
from crm.queries.notifications import notices_of

bp = Blueprint("notification_readings", __name__)


@bp.post("/notifications/<int:notification_id>/reading")
@login_required
def create(notification_id: int) -> Response:
    row = find(Notification, notification_id)
    row.read()
    (notice,) = notices_of([row])
    to = notice.url if "open" in request.form else next_or(url_for("notifications.index"))
    db.session.commit()
    return go(to)


@bp.post("/notifications/reading")
@login_required
def update() -> Response:
    Notification.read_all(current_user)
    db.session.commit()
    flash(_("All are marked as read."), "success")
    return go(url_for("notifications.index"))
