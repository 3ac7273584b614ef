"""Import runs: the list of them, the file that begins one, and each as far as it is."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.imports import ImportForm
from crm.hypermedia import go, render
from crm.importers import uploads
from crm.models import ImportEntry, ImportRun, ImportState, ImportTemplate
from crm.policies import LARGEST_KEY, find, require
from crm.queries.imports import latest_imports

bp = Blueprint("import_runs", __name__)

ENTRIES = 50


@bp.record
def _allow_uploads(setup: BlueprintSetupState) -> None:
    setup.app.extensions["body_limits"][bp.name] = uploads.LARGEST


@bp.get("/imports")
@login_required
def index() -> Response:
    require("import", ImportRun)
    after, before = (request.args.get(name, "") for name in ("after", "before"))
    page = latest_imports(current_user, after=after, before=before)
    templates = db.session.scalars(ImportTemplate.visible_to(current_user)).all()
    return render("imports/runs/index.html", page=page, templates=templates)


@bp.get("/imports/new")
@login_required
def new() -> Response:
    require("import", ImportRun)
    return render("imports/runs/new.html", form=ImportForm(request.args))


@bp.post("/imports")
@login_required
def create() -> Response:
    require("import", ImportRun)
    form = ImportForm()
    run = form.begin(by=current_user) if form.validate_on_submit() else None
    if run is None:
        db.session.rollback()
        return render("imports/runs/new.html", status=422, form=form)
    db.session.commit()
    return go(url_for("import_mappings.edit", run_id=run.id))


@bp.get("/imports/<int:run_id>")
@login_required
def show(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    if run.state is ImportState.MAPPING:
        return go(url_for("import_mappings.edit", run_id=run.id))
    after = max(0, min(request.args.get("after", 0, type=int), LARGEST_KEY))
    entries = db.session.scalars(ImportEntry.of(run, after=after).limit(ENTRIES + 1)).all()
    return render("imports/runs/show.html", "run", run=run, entries=entries[:ENTRIES],
                  has_more=len(entries) > ENTRIES, progress=uploads.progress_of(run),
                  has_bad_rows=uploads.bad_rows_of(run).exists())  # fmt: skip


@bp.post("/imports/<int:run_id>/delete")
@login_required
def destroy(run_id: int) -> Response:
    """Throw away a run of which nothing was written."""
    require("import", ImportRun)
    run = find(ImportRun, run_id, lock=True)
    if run.is_open:
        uploads.forget(run)
        db.session.delete(run)
        db.session.commit()
        flash(_("Nothing was brought in; the file is deleted."), "success")
    return go(url_for("import_runs.index"))
