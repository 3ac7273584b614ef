"""What the columns of a file mean; saving it has the file checked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.imports import MappingForm, mapping_form
from crm.hypermedia import go, render
from crm.importers import Refused, uploads
from crm.importers.plan import Plan
from crm.models import ImportRun, ImportState, ImportTemplate
from crm.policies import find, require

bp = Blueprint("import_mappings", __name__)


@bp.get("/imports/<int:run_id>/mapping")
@login_required
def edit(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id)
    if not run.is_open:
        return go(url_for("import_runs.show", run_id=run.id))
    return _asked(run)


@bp.post("/imports/<int:run_id>/mapping")
@login_required
def update(run_id: int) -> Response:
    require("import", ImportRun)
    run = find(ImportRun, run_id, lock=True)
    if not run.is_open:
        flash(_("The file is being worked on, or was already: nothing was changed."), "error")
        return go(url_for("import_runs.show", run_id=run.id))
    if (form := _form(run)) is None:
        return go(url_for("import_runs.new", noun=run.noun))
    if not form.validate_on_submit():
        return _asked(run, form, 422)
    run.plan = form.plan().stored
    form.keep_template(run, by=current_user)
    run.hand_over(ImportState.CHECKING)
    db.session.commit()
    return go(url_for("import_runs.show", run_id=run.id))


def _asked(run: ImportRun, form: MappingForm | None = None, status: int = 200) -> Response:
    form = form or _form(run)
    if form is None:
        return go(url_for("import_runs.new", noun=run.noun))
    fitting = [each for each in _templates(run) if each.fits(form.glance.header)]
    return render("imports/mappings/edit.html", status=status, run=run, form=form,
                  templates=fitting)  # fmt: skip


def _form(run: ImportRun) -> MappingForm | None:
    """The form over the file; ``None``, and the reason is told, if that cannot be read any more."""
    try:
        glance = uploads.glance(run)
    except Refused as error:
        flash(str(error), "error")
        return None
    wanted = request.args.get("template", type=int)
    chosen = next((each for each in _templates(run) if each.id == wanted), None)
    plan = Plan.of(chosen.plan if chosen else run.plan)
    return mapping_form(run, glance, plan.within(glance.header))


def _templates(run: ImportRun) -> list[ImportTemplate]:
    return list(db.session.scalars(ImportTemplate.of(run.noun)))
