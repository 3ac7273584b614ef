"""Submissions of advances: taken back before they are decided."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Advance
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("advance_submissions", __name__)


@bp.post("/advances/<int:advance_id>/submission/delete")
@login_required
def destroy(advance_id: int) -> Response:
    advance = find(Advance, advance_id, lock=True, load=Advance.for_page())
    require("edit", advance)
    advance.withdraw(by=current_user)
    db.session.commit()
    flash(_("Withdrawn. Correct it and hand it in again."), "info")
    return go(record_url(advance))
