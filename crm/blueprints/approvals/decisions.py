"""Decisions: the signed-in approver approves or rejects."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, url_for
from flask_login import current_user, login_required

from crm.blueprints.approvals.answers import decide, explain, told
from crm.extensions import db
from crm.forms.approval import DecisionForm
from crm.hypermedia import is_fragment, next_or, render, respond, stream
from crm.models import ApprovalAssignment
from crm.models.approval import REFUSALS
from crm.policies import find, require
from crm.queries.decisions import facts_of

bp = Blueprint("decisions", __name__)


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
    return respond(
        "approvals/decisions/create.stream.html", to=next_or(url_for("requests.index")),
        assignment=assignment, facts=facts_of(assignment),
    )  # fmt: skip


def _refused(assignment: ApprovalAssignment, refusal: Exception) -> Response:
    db.session.rollback()
    message, status = explain(assignment, refusal)
    flash(message, "error" if status >= 400 else "info")
    return _show(assignment, DecisionForm(formdata=None), status)


def _show(assignment: ApprovalAssignment, form: DecisionForm, status: int) -> Response:
    context: dict[str, Any] = {
        "assignment": assignment,
        "facts": facts_of(assignment),
        "form": form,
    }
    if is_fragment():
        return stream("approvals/decisions/create.stream.html", status, **context)
    return render("approvals/requests/show.html", status=status, **context)
