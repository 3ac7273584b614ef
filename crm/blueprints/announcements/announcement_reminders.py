"""Telling those once more who have not read an announcement."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Announcement
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("announcement_reminders", __name__)


@bp.post("/announcements/<int:announcement_id>/reminders")
@login_required
def create(announcement_id: int) -> Response:
    announcement = find(Announcement, announcement_id, lock=True)
    require("edit", announcement)
    count = announcement.remind(by=current_user)
    db.session.commit()
    if count:
        flash(ngettext("%(num)d person is reminded.", "%(num)d people are reminded.", count),
              "success")  # fmt: skip
    elif announcement.is_pinned:
        flash(_("Nobody is left to be reminded today."), "info")
    else:
        flash(_("It is pinned no more: pin it again before you remind anybody."), "error")
    return go(record_url(announcement))
