"""The review behind an approval link: the document as it is now, and two buttons."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from crm.approval_words import what_became_of
from crm.blueprints.approvals.answers import decide, explain
from crm.blueprints.approvals.linked import (
    needs_sign_in,
    refuse_other_user,
    token_for,
)
from crm.extensions import db
from crm.forms.approval import DecisionForm
from crm.hypermedia import go, render
from crm.models import ApprovalAssignment, ApprovalToken
from crm.models.approval import REFUSALS, AlreadyDecided, TokenState
from crm.queries.approvals.course import course_of
from crm.queries.approvals.facts import facts_of
from crm.security import keep_private

bp = Blueprint("link_reviews", __name__)


@bp.get("/approve/review/<int:assignment_id>")
def show(assignment_id: int) -> Response:
    token = token_for(assignment_id)
    if token is None or token.state is not TokenState.LIVE:
        return _not_live(token)
    refuse_other_user(token.assignment)
    return _page(token.assignment, DecisionForm(formdata=None))


@bp.post("/approve/review/<int:assignment_id>")
def create(assignment_id: int) -> Response:
    token = token_for(assignment_id)
    if token is None or token.state not in {TokenState.LIVE, TokenState.USED}:
        return _not_live(token)
    refuse_other_user(token.assignment)
    if needs_sign_in(token.assignment):
        request_page = url_for("requests.show", assignment_id=assignment_id)
        return keep_private(go(url_for("sessions.new", next=request_page)))
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(token.assignment, form, 422)
    return _decide(token, form)


def _decide(token: ApprovalToken, form: DecisionForm) -> Response:
    assignment = token.assignment
    try:
        decide(assignment, form, by=assignment.approver, by_link=True)
    except REFUSALS as refusal:
        db.session.rollback()
        message, status = explain(assignment, refusal)
        if assignment.is_open:
            return _page(assignment, DecisionForm(formdata=None), status, message)
        return _decided(assignment, message, status) if assignment.decision else _not_live(token)
    db.session.commit()
    return _decided(assignment)


def _page(
    assignment: ApprovalAssignment, form: DecisionForm, status: int = 200, message: str = ""
) -> Response:
    return keep_private(
        render(
            "approvals/links/show.html", status=status, assignment=assignment,
            facts=facts_of(assignment), course=course_of(assignment), form=form, message=message,
            needs_sign_in=needs_sign_in(assignment),
        )
    )  # fmt: skip


def _decided(assignment: ApprovalAssignment, message: str = "", status: int = 200) -> Response:
    return keep_private(
        render(
            "approvals/links/decided.html", status=status, assignment=assignment, message=message
        )
    )


def _not_live(token: ApprovalToken | None) -> Response:
    """Say what became of the link: followed too long ago, used, or what has happened since."""
    if token is None:
        return keep_private(render("approvals/links/unknown.html", status=410))
    if token.state is TokenState.USED:
        message, status = explain(token.assignment, AlreadyDecided(same=True))
        return _decided(token.assignment, message, status)
    message = what_became_of(token.assignment, token.state)
    return keep_private(
        render("approvals/links/dead.html", status=410, state=token.state, message=message)
    )
