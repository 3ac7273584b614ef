"""Splits: a bill is shared out among customers and deals, and joined again."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.expenses.editing import editable_claim, item_of
from crm.extensions import db
from crm.forms.split import SplitForm
from crm.hypermedia import ask, go
from crm.models import ExpenseClaim
from crm.nouns import record_url

bp = Blueprint("splits", __name__)


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/split")
@login_required
def new(claim_id: int, item_id: int) -> Response:
    claim = editable_claim(claim_id)
    return _ask(SplitForm(item_of(claim, item_id)), claim)


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>/split")
@login_required
def create(claim_id: int, item_id: int) -> Response:
    claim = editable_claim(claim_id)
    item = item_of(claim, item_id)
    form = SplitForm(item)
    if form.is_arranging or not form.may_split():
        return _ask(form, claim)
    claim.split_item(item, form.parts, by=current_user)
    db.session.commit()
    flash(_("Shared out."), "success")
    return go(record_url(claim))


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>/split/delete")
@login_required
def destroy(claim_id: int, item_id: int) -> Response:
    claim = editable_claim(claim_id)
    claim.join_item(item_of(claim, item_id), by=current_user)
    db.session.commit()
    flash(_("Joined again."), "info")
    return go(record_url(claim))


def _ask(form: SplitForm, claim: ExpenseClaim) -> Response:
    status = form.status if request.method == "POST" and not form.is_arranging else 200
    part = "rows" if request.method == "POST" else ""
    return ask("expenses/splits/new.html", status, part=part, form=form, claim=claim,
               item=form.item)  # fmt: skip
