"""The sheet of a workbook that is read."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_login import login_required

from crm.extensions import db, only_reading
from crm.hypermedia import go
from crm.importers import IMPORTERS, Refused, uploads
from crm.models import ImportRun
from crm.policies import find, require

bp = Blueprint("import_sheets", __name__)


@bp.post("/imports/<int:run_id>/sheet")
@login_required
def update(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    try:
        with only_reading():  # a workbook takes long, and nobody is to wait for it
            seen = uploads.look(run, request.form.get("sheet", ""))
    except Refused as error:
        flash(str(error), "error")
        return go(url_for("import_mappings.edit", run_id=run_id))
    run = find(ImportRun, run_id, lock=True)
    if run.is_open:
        uploads.read_as(run, seen, IMPORTERS[run.noun])
        db.session.commit()
    return go(url_for("import_mappings.edit", run_id=run_id))
