"""Reminders: the claimant has those reminded who are asked."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.formatting import moment
from crm.hypermedia import go
from crm.models import ApprovalRequest
from crm.nouns import document_url
from crm.policies import find, require
from crm.wording import person_word

bp = Blueprint("approval_reminders", __name__)


@bp.post("/approvals/requests/<int:request_id>/reminder")
@login_required
def create(request_id: int) -> Response:
    request = find(ApprovalRequest, request_id)
    require("remind", request)
    request.lock()
    reminded = request.remind(by=current_user)
    db.session.commit()
    if reminded:
        names = _(", ").join(person_word(each) for each in reminded)
        flash(_("%(name)s gets a mail again.", name=names), "success")
    elif due_at := request.reminder_due_at:
        flash(_("You can have them reminded from %(at)s.", at=moment(due_at)), "info")
    return go(document_url(request))
