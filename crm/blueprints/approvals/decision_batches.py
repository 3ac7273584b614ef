"""Several decisions at once: what is ticked in the inbox is approved."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.approvals.requests import show_inbox
from crm.blueprints.approvals.together import MOST, Shown, approve_together
from crm.extensions import db

bp = Blueprint("decision_batches", __name__)


@bp.post("/approvals/decisions")
@login_required
def create() -> Response:
    shown = [each for text in request.form.getlist("record") if (each := Shown.read(text))]
    if not 0 < len(shown) <= MOST:
        flash(_("Tick some first, at most %(most)s at once.", most=MOST), "error")
        return show_inbox(status=422)
    result = approve_together(shown, by=current_user)
    db.session.commit()
    return show_inbox(result=result)
