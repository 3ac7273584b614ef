"""Undoing a run: asked first, done by the worker."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.hypermedia import ask, go
from crm.models import ImportEntry, ImportRun, ImportState
from crm.policies import find, require

bp = Blueprint("import_undoings", __name__)


@bp.get("/imports/<int:run_id>/undoing/new")
@login_required
def new(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    made, changed = db.session.execute(ImportEntry.counts(run)).one()
    return ask("imports/undoings/new.html", form=BaseForm(), run=run, made=made, changed=changed)


@bp.post("/imports/<int:run_id>/undoing")
@login_required
def create(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id, lock=True)
    if run.is_undoable:
        run.undone_by = current_user
        run.hand_over(ImportState.UNDOING)
        db.session.commit()
    return go(url_for("import_runs.show", run_id=run.id))
