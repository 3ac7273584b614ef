"""Approval requests: the inbox, and one request with its trail."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_login import current_user, login_required

from crm.forms.approval import DecisionForm
from crm.hypermedia import render
from crm.models import ApprovalAssignment
from crm.policies import find
from crm.queries.decisions import facts_of, inbox_of

bp = Blueprint("requests", __name__)


@bp.get("/approvals")
@login_required
def index() -> Response:
    return render(
        "approvals/requests/index.html",
        "list",
        inbox=inbox_of(current_user),
        form=DecisionForm(formdata=None),
    )


@bp.get("/approvals/<int:assignment_id>")
@login_required
def show(assignment_id: int) -> Response:
    assignment = find(ApprovalAssignment, assignment_id)
    return render(
        "approvals/requests/show.html",
        assignment=assignment, facts=facts_of(assignment), form=DecisionForm(formdata=None),
    )  # fmt: skip
