"""Approvers that an approver adds: they are to agree as well."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import login_required

from crm.blueprints.approvals.answers import explain
from crm.extensions import db
from crm.forms.approval import ApproverForm
from crm.hypermedia import ask, go
from crm.models import ApprovalAssignment
from crm.models.approval import REFUSALS
from crm.policies import find, require
from crm.wording import person_word

bp = Blueprint("added_approvers", __name__)
PAGE = "approvals/added/new.html"


@bp.get("/approvals/<int:assignment_id>/approvers/new")
@login_required
def new(assignment_id: int) -> Response:
    assignment = find(ApprovalAssignment, assignment_id)
    require("decide", assignment)
    return ask(PAGE, form=ApproverForm(formdata=None), assignment=assignment)


@bp.post("/approvals/<int:assignment_id>/approvers")
@login_required
def create(assignment_id: int) -> Response:
    assignment = find(ApprovalAssignment, assignment_id)
    require("decide", assignment)
    form = ApproverForm()
    if not form.may_add(assignment):
        return ask(PAGE, 422, form=form, assignment=assignment)
    _add(assignment, form)
    return go(url_for("requests.show", assignment_id=assignment_id))


def _add(assignment: ApprovalAssignment, form: ApproverForm) -> None:
    request, name = assignment.request, person_word(form.colleague.data)
    try:
        added = request.ask_also(form.colleague.data, by=assignment, comment=form.comment.data)
    except REFUSALS as refusal:
        db.session.rollback()
        flash(explain(assignment, refusal)[0], "error")
        return
    db.session.commit()
    if added:
        flash(_("%(name)s is to agree as well.", name=name), "success")
    else:
        flash(_("%(name)s is asked already.", name=name), "info")
