"""An announcement that is pinned no more, and putting it up again."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import flash_undoable, go
from crm.models import Announcement
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("takedowns", __name__)


@bp.post("/announcements/<int:announcement_id>/takedown")
@login_required
def create(announcement_id: int) -> Response:
    announcement = find(Announcement, announcement_id, lock=True)
    require("edit", announcement)
    announcement.take_down(by=current_user)
    db.session.commit()
    undo = url_for("takedowns.destroy", announcement_id=announcement.id)
    flash_undoable(_("It is pinned no more."), undo)
    return go(record_url(announcement))


@bp.post("/announcements/<int:announcement_id>/takedown/delete")
@login_required
def destroy(announcement_id: int) -> Response:
    announcement = find(Announcement, announcement_id, lock=True)
    require("edit", announcement)
    announcement.put_up(by=current_user)
    db.session.commit()
    flash(_("It is pinned again."), "success")
    return go(record_url(announcement))
