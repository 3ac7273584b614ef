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
from crm.queries.pipelines import standing_in_all_of

bp = Blueprint("pipeline_retirements", __name__)

PAGE = "settings/pipelines/retirement.html"


@bp.get("/settings/pipelines/<int:pipeline_id>/retirement/new")
@login_required
def new(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id)
    moved = standing_in_all_of(pipeline)
    form = PipelineRetirementForm(pipeline, moves=bool(moved.deals))
    return ask(PAGE, form=form, pipeline=pipeline, moved=moved)


@bp.post("/settings/pipelines/<int:pipeline_id>/retirement")
@login_required
def create(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id, lock=True)
    moved = standing_in_all_of(pipeline)
    form = PipelineRetirementForm(pipeline, moves=bool(moved.deals))
    if not (form.validate_on_submit() and form.into.records):
        return ask(PAGE, 422, form=form, pipeline=pipeline, moved=moved)
    pipeline.retire(form.into.data, by=current_user)
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
