"""Payments: finance marks an approved claim as paid."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.expense_claim import PaymentForm
from crm.hypermedia import ask, go, next_or
from crm.models import ExpenseClaim
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("payments", __name__)


@bp.get("/expenses/<int:claim_id>/payment/new")
@login_required
def new(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    require("pay", claim)
    return ask("expenses/payments/new.html", form=PaymentForm(), claim=claim)


@bp.post("/expenses/<int:claim_id>/payment")
@login_required
def create(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, lock=True, load=ExpenseClaim.for_page())
    require("pay", claim)
    form = PaymentForm()
    if not form.validate_on_submit():
        return ask("expenses/payments/new.html", 422, form=form, claim=claim)
    claim.pay(form.reference.data, by=current_user)
    db.session.commit()
    flash(_("%(number)s is marked as paid.", number=claim.number), "success")
    return go(next_or(record_url(claim)))
