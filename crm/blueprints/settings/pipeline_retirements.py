"""Pipelines that go out of use: the deals in them go on in a stage of another one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_pipeline
from crm.extensions import db
from crm.formatting import label
from crm.forms.stages import PipelineRetirementForm
from crm.hypermedia import ask, go
from crm.models import Pipeline
from crm.models.pipeline import DealsStand
from crm.queries.pipelines import standing_in_all_of

bp = Blueprint("pipeline_retirements", __name__)


@bp.get("/settings/pipelines/<int:pipeline_id>/retirement/new")
@login_required
def new(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id)
    return _ask(pipeline, _form(pipeline), 200)


@bp.post("/settings/pipelines/<int:pipeline_id>/retirement")
@login_required
def create(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id, lock=True)
    form = _form(pipeline)
    if not (form.validate_on_submit() and form.into.records):
        return _ask(pipeline, form, 422)
    try:
        pipeline.retire(form.into.data, by=current_user)
    except DealsStand:  # one came in after they were counted
        return _ask(pipeline, _form(pipeline), 422)
    db.session.commit()
    flash(_("%(name)s is out of use.", name=label(pipeline)), "success")
    return go(url_for("pipelines.index"))


@bp.post("/settings/pipelines/<int:pipeline_id>/retirement/delete")
@login_required
def destroy(pipeline_id: int) -> Response:
    find_pipeline(pipeline_id, lock=True).put_back(by=current_user)
    db.session.commit()
    flash(_("In use again."), "success")
    return go(url_for("pipelines.index"))


def _form(pipeline: Pipeline) -> PipelineRetirementForm:
    return PipelineRetirementForm(pipeline, moves=bool(standing_in_all_of(pipeline).deals))


def _ask(pipeline: Pipeline, form: PipelineRetirementForm, status: int) -> Response:
    moved = standing_in_all_of(pipeline)
    return ask("settings/pipelines/retirement.html", status, form=form, pipeline=pipeline,
               moved=moved)  # fmt: skip
