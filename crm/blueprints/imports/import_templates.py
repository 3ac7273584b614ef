"""Templates of mappings: kept with a mapping, deleted here."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import ImportRun, ImportTemplate
from crm.policies import find, require

bp = Blueprint("import_templates", __name__)


@bp.post("/imports/templates/<int:template_id>/delete")
@login_required
def destroy(template_id: int) -> Response:
    require("import", ImportRun)
    template = find(ImportTemplate, template_id)
    db.session.delete(template)
    db.session.commit()
    flash(_("The template %(name)s is deleted.", name=template.name), "success")
    return go(url_for("import_runs.index"))
