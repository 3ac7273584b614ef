"""Submissions: a claim is handed in for approval, or withdrawn."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import ExpenseClaim
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("submissions", __name__)


@bp.post("/expenses/<int:claim_id>/submission")
@login_required
def create(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, lock=True, load=ExpenseClaim.for_page())
    require("edit", claim)
    request = claim.submit(by=current_user)
    db.session.commit()
    names = _(", ").join(each.approver.name for each in request.asked)
    flash(_("Handed in. %(name)s is asked to decide.", name=names), "success")
    return go(record_url(claim))


@bp.post("/expenses/<int:claim_id>/submission/delete")
@login_required
def destroy(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, lock=True, load=ExpenseClaim.for_page())
    require("edit", claim)
    claim.withdraw(by=current_user)
    db.session.commit()
    flash(_("Withdrawn. Correct it and hand it in again."), "info")
    return go(record_url(claim))
