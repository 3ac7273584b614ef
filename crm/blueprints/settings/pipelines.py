"""Pipelines: which there are, and each with its name and the rows of its stages."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_pipeline
from crm.blueprints.settings.first_visit import onward
from crm.extensions import db
from crm.forms.pipelines import NewPipelineForm, PipelineForm
from crm.hypermedia import go, next_or, render
from crm.models import Pipeline
from crm.policies import require
from crm.queries.pipelines import pipelines_in_order
from crm.seed.stages import TEMPLATES

bp = Blueprint("pipelines", __name__)


@bp.get("/settings/pipelines")
@login_required
def index() -> Response:
    require("create", Pipeline)
    return render("settings/pipelines/index.html", pipelines=pipelines_in_order())


@bp.get("/settings/pipelines/new")
@login_required
def new() -> Response:
    require("create", Pipeline)
    form = NewPipelineForm(data={"begins_with": request.args.get("from")})
    return render("settings/pipelines/new.html", form=form)


@bp.post("/settings/pipelines")
@login_required
def create() -> Response:
    require("create", Pipeline)
    form = NewPipelineForm()
    if not form.validate_on_submit():
        return render("settings/pipelines/new.html", status=422, form=form)
    pipeline = form.begin(by=current_user)
    db.session.commit()
    flash(_("Added: new deals can enter it from now on."), "success")
    return go(url_for("pipelines.edit", pipeline_id=pipeline.id))


# Without a number, the main one: where settings and the first visit lead to.
@bp.get("/settings/stages", defaults={"pipeline_id": None})
@bp.get("/settings/pipelines/<int:pipeline_id>")
@login_required
def edit(pipeline_id: int | None) -> Response:
    pipeline = find_pipeline(pipeline_id)
    return _page(PipelineForm.of(pipeline), pipeline, 200)


@bp.post("/settings/pipelines/<int:pipeline_id>")
@login_required
def update(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id, lock=True)
    form = PipelineForm.of(pipeline)
    if form.is_arranging:
        return _page(form, pipeline, 200)
    if not (form.may_change(pipeline) and form.change(pipeline, by=current_user)):
        return _page(form, pipeline, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(next_or(onward(url_for("pipelines.edit", pipeline_id=pipeline.id))))


def _page(form: PipelineForm, pipeline: Pipeline, status: int) -> Response:
    return render(
        "settings/pipelines/edit.html", "rows", status=status, form=form, templates=TEMPLATES,
        pipeline=pipeline, in_use={str(stage_id) for stage_id in pipeline.ids_in_use()},
        known={str(stage.id) for stage in pipeline.stages}, retired=pipeline.retired_stages(),
    )  # fmt: skip
