"""One stage: its guidance, what it demands of deals, its checklist."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_stage
from crm.extensions import db
from crm.forms.stages import StageForm
from crm.hypermedia import go, render
from crm.models import Stage

bp = Blueprint("stages", __name__)


@bp.get("/settings/stages/<int:stage_id>")
@login_required
def edit(stage_id: int) -> Response:
    stage = find_stage(stage_id)
    return _page(StageForm.of(stage), stage, 200)


@bp.post("/settings/stages/<int:stage_id>")
@login_required
def update(stage_id: int) -> Response:
    stage = find_stage(stage_id, lock=True)
    form = StageForm.of(stage)
    if form.is_arranging:
        return _page(form, stage, 200)
    if not form.may_change(stage):
        return _page(form, stage, form.status)
    form.change(stage, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("pipelines.edit", pipeline_id=stage.pipeline_id))


def _page(form: StageForm, stage: Stage, status: int) -> Response:
    return render("settings/stages/edit.html", "rows", status=status, form=form, stage=stage)
