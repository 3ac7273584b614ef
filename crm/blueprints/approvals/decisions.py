"""Decisions: the signed-in approver approves or rejects."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_login import current_user, login_required

from crm.blueprints.approvals.answers import decide, explain, told
from crm.blueprints.approvals.requests import list_shown, request_shown
from crm.extensions import db
from crm.forms.approval import DecisionForm
from crm.forms.batches import ids_in
from crm.hypermedia import is_fragment, next_or, render, respond, stream
from crm.models import ApprovalAssignment
from crm.models.approval import REFUSALS
from crm.policies import find, require
from crm.queries.approvals.facts import facts_of
from crm.queries.approvals.inbox import count_waiting, touched_by

bp = Blueprint("decisions", __name__)

STREAM = "approvals/decisions/create.stream.html"


@bp.post("/approvals/<int:assignment_id>/decision")
@login_required
def create(assignment_id: int) -> Response:
    assignment = find(ApprovalAssignment, assignment_id)
    require("decide", assignment)
    form = DecisionForm()
    if not form.validate_on_submit():
        return _show(assignment, form, 422)
    try:
        decide(assignment, form, by=current_user)
    except REFUSALS as refusal:
        return _refused(assignment, refusal)
    db.session.commit()
    flash(told(assignment), "success")
    return respond(STREAM, to=next_or(url_for("requests.index")), **_row(assignment))


def _refused(assignment: ApprovalAssignment, refusal: Exception) -> Response:
    db.session.rollback()
    message, status = explain(assignment, refusal)
    flash(message, "error" if status >= 400 else "info")
    return _show(assignment, DecisionForm(formdata=None), status)


def _show(assignment: ApprovalAssignment, form: DecisionForm, status: int) -> Response:
    if is_fragment():
        return stream(STREAM, status, **_row(assignment, form=form))
    return render(
        "approvals/requests/show.html", status=status, **request_shown(assignment), form=form
    )


def _row(assignment: ApprovalAssignment, **more: Any) -> dict[str, Any]:
    """What the inbox shows in the place of the row: the row as it is now, or what is left."""
    if assignment.is_open:
        return {"assignment": assignment, "facts": facts_of(assignment), **more}
    waiting = count_waiting(current_user)
    if not waiting:
        return {"assignment": assignment, **list_shown()}
    shown = ids_in(request.form.getlist("shown"))
    touched = touched_by(assignment, shown, current_user)
    return {"assignment": assignment, "waiting": waiting, "touched": touched, **more}
