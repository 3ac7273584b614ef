"""The place of a pipeline among the others: one up, or one down; the first is the main one."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_pipeline
from crm.extensions import db
from crm.hypermedia import go

bp = Blueprint("pipeline_places", __name__)


@bp.post("/settings/pipelines/<int:pipeline_id>/place")
@login_required
def update(pipeline_id: int) -> Response:
    pipeline = find_pipeline(pipeline_id, lock=True)
    pipeline.move(1 if request.form.get("step") == "down" else -1, by=current_user)
    db.session.commit()
    return go(url_for("pipelines.index"))
