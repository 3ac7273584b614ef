"""That somebody has read an announcement."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or
from crm.models import Announcement, AnnouncementReading, Notification, NotificationKind
from crm.policies import find

bp = Blueprint("announcement_readings", __name__)


@bp.post("/announcements/<int:announcement_id>/reading")
@login_required
def create(announcement_id: int) -> Response:
    announcement = find(Announcement, announcement_id)
    AnnouncementReading.note(announcement, current_user)
    Notification.settle(announcement, [NotificationKind.ANNOUNCED], reader=current_user)
    db.session.commit()
    flash(_("Noted that you have read it."), "success")
    return go(next_or(url_for("announcements.index")))
