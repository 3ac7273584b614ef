"""The stages of a template, in place of those that no deal has stood in yet."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.formatting import language
from crm.hypermedia import go
from crm.models import Pipeline
from crm.models.option import InUse
from crm.policies import require
from crm.seed.stages import TEMPLATES

bp = Blueprint("stage_templates", __name__)


@bp.post(f"/settings/stages/from/<any({', '.join(TEMPLATES)}):name>")
@login_required
def update(name: str) -> Response:
    pipeline = Pipeline.main(lock=True)
    require("edit", pipeline)
    try:
        pipeline.arrange(TEMPLATES[name].stages, by=current_user)
    except InUse:
        flash(_("Deals stand in your stages; a template would take them away."), "error")
        return go(url_for("stages.edit"))
    db.session.commit()
    flash(_("These are your stages now: %(name)s. Change what you like.",
            name=TEMPLATES[name].label(language())), "success")  # fmt: skip
    return go(url_for("stages.edit"))
