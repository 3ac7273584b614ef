"""Activities brought back from the trash, by who deleted them."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or
from crm.models import Activity
from crm.nouns import record_url
from crm.policies import find_trashed, require

bp = Blueprint("activity_restorations", __name__)


@bp.post("/activities/<int:activity_id>/restore")
@login_required
def create(activity_id: int) -> Response:
    activity = find_trashed(Activity, activity_id)
    require("restore", activity)
    activity.restore(by=current_user)
    db.session.commit()
    flash(_("%(name)s is back.", name=activity.short), "success")
    return go(next_or(record_url(activity.customer)))
