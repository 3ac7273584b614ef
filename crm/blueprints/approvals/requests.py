"""Approval requests: what waits for me, and one request with its trail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user, login_required

from crm.blueprints.approvals.standing import standing_of
from crm.forms.approval import DecisionForm
from crm.hypermedia import render
from crm.models import ApprovalAssignment
from crm.policies import find
from crm.queries.approvals.delegations import away_of
from crm.queries.approvals.facts import facts_of
from crm.queries.approvals.inbox import counts_of, inbox_of

bp = Blueprint("requests", __name__)


@bp.get("/approvals")
@login_required
def index() -> Response:
    return show_inbox()


@bp.get("/approvals/<int:assignment_id>")
@login_required
def show(assignment_id: int) -> Response:
    assignment = find(ApprovalAssignment, assignment_id)
    return render(
        "approvals/requests/show.html",
        **request_shown(assignment), form=DecisionForm(formdata=None),
    )  # fmt: skip


def request_shown(assignment: ApprovalAssignment) -> dict[str, Any]:
    """All that the page of one request shows."""
    return {"assignment": assignment, "facts": facts_of(assignment),
            **standing_of(assignment.request)}  # fmt: skip


def show_inbox(status: int = 200, **more: Any) -> Response:
    """The page of what waits for the user, for htmx its list; ``more`` is what it says above."""
    return render(
        "approvals/requests/index.html",
        "list",
        status,
        away=away_of(current_user),
        **list_shown(),
        **more,
    )


def list_shown() -> dict[str, Any]:
    """All that the list of what waits for the user shows."""
    inbox = inbox_of(
        current_user, after=request.values.get("after", ""), before=request.values.get("before", "")
    )
    return {"inbox": inbox, "counts": counts_of(current_user),
            "form": DecisionForm(formdata=None)}  # fmt: skip
