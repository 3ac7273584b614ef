"""The rows that could not be taken, as a file: mended, it can be imported as it is."""

from __future__ import annotations

from flask import Blueprint, Response, abort, send_file
from flask_login import login_required

from crm.importers import uploads
from crm.models import ImportRun
from crm.policies import find, require

bp = Blueprint("import_bad_rows", __name__)


@bp.get("/imports/<int:run_id>/bad-rows.csv")
@login_required
def show(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    path = uploads.bad_rows_of(run)
    if run.is_worked_on or not path.exists():
        abort(404)
    name = f"{run.file.rpartition('.')[0] or run.file}-bad-rows.csv"
    response = send_file(path, mimetype="text/csv", as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
