"""What the values of a file stand for that are not known here; saving it has the file checked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import login_required

from crm.extensions import db
from crm.forms.import_values import values_form
from crm.hypermedia import go, render
from crm.models import ImportRun, ImportState
from crm.policies import find, require

bp = Blueprint("import_values", __name__)


@bp.get("/imports/<int:run_id>/values")
@login_required
def edit(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    if not run.has_unmatched_values:
        return go(url_for("import_runs.show", run_id=run.id))
    return render("imports/values/edit.html", run=run, form=values_form(run))


@bp.post("/imports/<int:run_id>/values")
@login_required
def update(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id, lock=True)
    seen = request.form.get("checked", "")  # it may have others by now
    if not run.has_unmatched_values or not run.stands_as_seen(seen):
        flash(_("The file was checked again since: nothing of what was chosen is kept."), "error")
        return go(url_for("import_runs.show", run_id=run.id))
    form = values_form(run)
    if not form.validate_on_submit():
        return render("imports/values/edit.html", status=422, run=run, form=form)
    form.keep()
    run.hand_over(ImportState.CHECKING)
    db.session.commit()
    return go(url_for("import_runs.show", run_id=run.id))
