"""Copies of claims: the same costs once more."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import ExpenseClaim
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("claim_copies", __name__)


@bp.post("/expenses/<int:claim_id>/copy")
@login_required
def create(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    require("copy", claim)
    copy = claim.copy(by=current_user)
    db.session.commit()
    flash(_("Copied: the items are of today, and want their receipts."), "success")
    if left_out := len(claim.items) - len(copy.items):
        message = ngettext("%(num)d item was left out: its rate is not in use any more.",
                           "%(num)d items were left out: their rates are not in use any more.",
                           left_out)  # fmt: skip
        flash(message, "info")
    return go(record_url(copy))
