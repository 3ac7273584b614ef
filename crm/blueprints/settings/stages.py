"""The stages of a sale: arranged as a whole, and saved only if nothing is lost by it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.first_visit import onward
from crm.extensions import db
from crm.forms.stages import StagesForm, shown
from crm.hypermedia import go, render
from crm.models import Pipeline
from crm.policies import require
from crm.seed.stages import TEMPLATES

bp = Blueprint("stages", __name__)


@bp.get("/settings/stages")
@login_required
def edit() -> Response:
    pipeline = Pipeline.main()
    require("edit", pipeline)
    return _page(StagesForm.of(pipeline), pipeline, 200)


@bp.post("/settings/stages")
@login_required
def update() -> Response:
    pipeline = Pipeline.main(lock=True)
    require("edit", pipeline)
    form = StagesForm()
    if form.is_arranging:
        return _page(form, pipeline, 200)
    current = form.may_save_over(shown(pipeline), pipeline.changes())
    if not (current and form.arrange(pipeline, by=current_user)):
        return _page(form, pipeline, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(onward(url_for("stages.edit")))


def _page(form: StagesForm, pipeline: Pipeline, status: int) -> Response:
    return render(
        "settings/stages/edit.html", "rows", status=status, form=form, templates=TEMPLATES,
        pipeline=pipeline, in_use={str(stage_id) for stage_id in pipeline.ids_in_use()},
    )  # fmt: skip
