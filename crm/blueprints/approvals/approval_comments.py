"""Comments: what is asked and answered while something is decided."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.approval import CommentForm
from crm.hypermedia import go, next_or
from crm.models import ApprovalRequest
from crm.nouns import document_url
from crm.policies import find, require

bp = Blueprint("approval_comments", __name__)


@bp.post("/approvals/requests/<int:request_id>/comments")
@login_required
def create(request_id: int) -> Response:
    request = find(ApprovalRequest, request_id)
    require("comment", request)
    form = CommentForm()
    if form.validate_on_submit():
        request.say(form.text.data, by=current_user)
        db.session.commit()
        flash(_("Sent to those whom it concerns."), "success")
    else:
        flash(_("Write something first, at most 2,000 characters."), "error")
    return go(next_or(document_url(request)))
