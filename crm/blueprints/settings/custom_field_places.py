"""The place of a field among those of the firm's own: one up, or one down."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import CustomField
from crm.policies import find, require

bp = Blueprint("custom_field_places", __name__)


@bp.post("/settings/fields/<int:field_id>/place")
@login_required
def update(field_id: int) -> Response:
    field = find(CustomField, field_id, lock=True)
    require("edit", field)
    field.move(1 if request.form.get("step") == "down" else -1)
    db.session.commit()
    return go(url_for("custom_fields.index", name=field.noun.value))
