"""Stages that go out of use: their deals go on in another stage of the same pipeline."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_stage
from crm.extensions import db
from crm.formatting import label
from crm.forms.stages import StageRetirementForm
from crm.hypermedia import ask, go
from crm.models import Stage
from crm.queries.pipelines import standing_in

bp = Blueprint("stage_retirements", __name__)


@bp.get("/settings/stages/<int:stage_id>/retirement/new")
@login_required
def new(stage_id: int) -> Response:
    stage = find_stage(stage_id)
    return _ask(StageRetirementForm(stage), stage, 200)


@bp.post("/settings/stages/<int:stage_id>/retirement")
@login_required
def create(stage_id: int) -> Response:
    stage = find_stage(stage_id, lock=True)
    form = StageRetirementForm(stage)
    if not form.validate_on_submit():
        return _ask(form, stage, 422)
    stage.retire(form.into.data, by=current_user)
    db.session.commit()
    flash(_("%(name)s is out of use.", name=label(stage)), "success")
    return go(url_for("pipelines.edit", pipeline_id=stage.pipeline_id))


@bp.post("/settings/stages/<int:stage_id>/retirement/delete")
@login_required
def destroy(stage_id: int) -> Response:
    stage = find_stage(stage_id, lock=True)
    if stage.retired_at is not None:
        stage.pipeline.bring_back(stage, by=current_user)
        db.session.commit()
        flash(_("In use again."), "success")
    return go(url_for("pipelines.edit", pipeline_id=stage.pipeline_id))


def _ask(form: StageRetirementForm, stage: Stage, status: int) -> Response:
    moved = standing_in(stage)
    return ask("settings/stages/retirement.html", status, form=form, stage=stage, moved=moved)
