"""What failed in the background is tried again: one thing, or everything."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Company
from crm.policies import require
from crm.queries.health.work import retry

bp = Blueprint("retries", __name__)


@bp.post("/settings/background/retries")
@login_required
def create() -> Response:
    require("edit", Company.current())
    count = retry(request.form.get("what", ""))
    db.session.commit()
    if count:
        flash(ngettext("%(num)d is tried again.", "%(num)d are tried again.", count), "success")
    else:
        flash(_("Nothing to try again: it is done, or a worker is at it."), "info")
    return go(url_for("background.show"))
