"""Repayments: what is left of an advance comes back."""

from __future__ import annotations

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.advance import RepaymentForm
from crm.hypermedia import ask, go
from crm.models import Advance
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("repayments", __name__)


@bp.get("/advances/<int:advance_id>/repayment/new")
@login_required
def new(advance_id: int) -> Response:
    advance = find(Advance, advance_id, load=Advance.for_page())
    require("pay", advance)
    return _ask(advance, RepaymentForm(advance))


@bp.post("/advances/<int:advance_id>/repayment")
@login_required
def create(advance_id: int) -> Response:
    advance = find(Advance, advance_id, lock=True, load=Advance.for_page())
    require("pay", advance)
    form = RepaymentForm(advance)
    if not form.may_save(advance) or form.must_show():
        return _ask(advance, form, form.status)
    amount, reference = form.amount.data, form.reference.data
    advance.repay(amount, reference, by=current_user, on=form.repaid_on.data)
    db.session.commit()
    flash(_("%(number)s: what came back is noted.", number=advance.number), "success")
    return go(record_url(advance))


def _ask(advance: Advance, form: RepaymentForm, status: int = 200) -> Response:
    return ask("expenses/repayments/new.html", status, form=form, advance=advance)
