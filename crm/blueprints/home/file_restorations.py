"""Files brought back from the trash."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or
from crm.models import Attachment
from crm.nouns import record_url
from crm.policies import find_trashed, require

bp = Blueprint("file_restorations", __name__)


@bp.post("/files/<int:file_id>/restore")
@login_required
def create(file_id: int) -> Response:
    file = find_trashed(Attachment, file_id)
    require("edit", file)
    file.restore(by=current_user)
    db.session.commit()
    flash(_("%(name)s is back.", name=file.name), "success")
    return go(next_or(record_url(file.place)))
