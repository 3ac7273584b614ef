"""Payments of advances: finance hands the money out."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.payment_batch import AdvancePaymentForm
from crm.hypermedia import ask, go
from crm.models import Advance
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("advance_payments", __name__)


@bp.get("/advances/<int:advance_id>/payment/new")
@login_required
def new(advance_id: int) -> Response:
    advance = find(Advance, advance_id, load=Advance.for_page())
    require("pay", advance)
    return _ask(advance, AdvancePaymentForm(advance))


@bp.post("/advances/<int:advance_id>/payment")
@login_required
def create(advance_id: int) -> Response:
    advance = find(Advance, advance_id, lock=True, load=Advance.for_page())
    require("pay", advance)
    form = AdvancePaymentForm(advance)
    if not form.may_pay():
        return _ask(advance, form, form.status)
    advance.pay_out(form.reference.data, by=current_user, paid_on=form.paid_on.data)
    db.session.commit()
    flash(_("%(number)s is marked as paid.", number=advance.number), "success")
    return go(record_url(advance))


def _ask(advance: Advance, form: AdvancePaymentForm, status: int = 200) -> Response:
    return ask("expenses/advance_payments/new.html", status, form=form, advance=advance)
