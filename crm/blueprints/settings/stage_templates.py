"""The stages of a template, in place of those that no deal has stood in yet."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_pipeline
from crm.extensions import db
from crm.formatting import language
from crm.hypermedia import go
from crm.models.option import InUse
from crm.seed.stages import TEMPLATES

bp = Blueprint("stage_templates", __name__)


@bp.post(f"/settings/pipelines/<int:pipeline_id>/from/<any({', '.join(TEMPLATES)}):name>")
@login_required
def update(pipeline_id: int, name: str) -> Response:
    pipeline = find_pipeline(pipeline_id, lock=True)
    page = url_for("pipelines.edit", pipeline_id=pipeline_id)
    try:
        pipeline.arrange(TEMPLATES[name].stages, by=current_user)
    except InUse:
        flash(_("Deals stand in your stages; a template would take them away."), "error")
        return go(page)
    db.session.commit()
    flash(_("These are your stages now: %(name)s. Change what you like.",
            name=TEMPLATES[name].label(language())), "success")  # fmt: skip
    return go(page)
