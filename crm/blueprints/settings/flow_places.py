"""The place of an approval flow: tried one earlier, or one later."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_flow
from crm.extensions import db
from crm.hypermedia import go

bp = Blueprint("flow_places", __name__)


@bp.post("/settings/approval-flows/<int:flow_id>/place")
@login_required
def update(flow_id: int) -> Response:
    flow = find_flow(flow_id, lock=True)
    flow.move(1 if request.form.get("step") == "down" else -1, by=current_user)
    db.session.commit()
    return go(url_for("flows.index"))
