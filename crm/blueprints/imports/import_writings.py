"""Beginning to write what was checked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.importers.plan import Plan
from crm.models import ImportRun, ImportState
from crm.policies import find, require

bp = Blueprint("import_writings", __name__)


@bp.post("/imports/<int:run_id>/writing")
@login_required
def create(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id, lock=True)
    if run.stands_as_seen(request.form.get("checked", "")):
        partly = request.form.get("partly") == "yes"
        run.plan = Plan.of(run.plan).taking(partly=partly).stored
        run.hand_over(ImportState.WRITING)
        db.session.commit()
    else:
        flash(_("The file was checked again, or is being brought in: look at it anew."), "error")
    return go(url_for("import_runs.show", run_id=run.id))
