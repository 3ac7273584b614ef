"""Approval flows that go out of use, and come back."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_flow
from crm.extensions import db
from crm.formatting import label
from crm.hypermedia import go
from crm.models.approval import CannotRetire

bp = Blueprint("flow_retirements", __name__)


@bp.post("/settings/approval-flows/<int:flow_id>/retirement")
@login_required
def create(flow_id: int) -> Response:
    flow = find_flow(flow_id, lock=True)
    try:
        flow.retire(by=current_user)
    except CannotRetire:
        abort(409)
    db.session.commit()
    flash(_("%(name)s is out of use. What is under way goes on by it.", name=label(flow)),
          "success")  # fmt: skip
    return go(url_for("flows.index"))


@bp.post("/settings/approval-flows/<int:flow_id>/retirement/delete")
@login_required
def destroy(flow_id: int) -> Response:
    find_flow(flow_id, lock=True).restore(by=current_user)
    db.session.commit()
    flash(_("In use again."), "success")
    return go(url_for("flows.index"))
