"""The link in the mail: it changes nothing, it only leads to the review (DOMAIN.md)."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, url_for

from crm.blueprints.approvals.linked import COOKIE_LIVES, cookie_name
from crm.hypermedia import go, render
from crm.models import ApprovalToken
from crm.security import keep_private

bp = Blueprint("approval_links", __name__)


@bp.get("/approve/<token>")
def show(token: str) -> Response:
    found = ApprovalToken.find(token)
    if found is None:
        return keep_private(render("approvals/links/unknown.html", status=404))
    review = url_for("link_reviews.show", assignment_id=found.assignment_id)
    response = go(review)
    response.set_cookie(
        cookie_name(found.assignment_id), token, max_age=int(COOKIE_LIVES.total_seconds()),
        path=review, httponly=True, samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return keep_private(response)
