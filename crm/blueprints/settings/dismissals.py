"""What failed in the background and is no longer needed is set aside."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Company
from crm.policies import require
from crm.queries.health.work import failed_row

bp = Blueprint("dismissals", __name__)


@bp.post("/settings/background/dismissals")
@login_required
def create() -> Response:
    require("edit", Company.current())
    row = failed_row(request.form.get("what", ""))
    if row is not None:
        row.set_aside()
        db.session.commit()
        flash(_("Set aside: it is not tried again."), "success")
    else:
        flash(_("Nothing to set aside: it is done, or a worker is at it."), "info")
    return go(url_for("background.show"))
