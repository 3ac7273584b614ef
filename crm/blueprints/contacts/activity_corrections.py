"""Corrections: what the author of an activity says of it, once it stands."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.activity import CorrectionForm
from crm.hypermedia import ask, go
from crm.models import Activity
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("activity_corrections", __name__)

PAGE = "contacts/corrections/new.html"


@bp.get("/activities/<int:activity_id>/correction/new")
@login_required
def new(activity_id: int) -> Response:
    activity = find(Activity, activity_id)
    require("correct", activity)
    return ask(PAGE, form=CorrectionForm(obj=activity), activity=activity)


@bp.post("/activities/<int:activity_id>/correction")
@login_required
def create(activity_id: int) -> Response:
    activity = find(Activity, activity_id, lock=True)
    require("correct", activity)
    form = CorrectionForm(obj=activity)
    if not form.may_save(activity):
        return ask(PAGE, form.status, form=form, activity=activity)
    activity.correct(form.correction.data, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(f"{record_url(activity.customer)}#timeline")
