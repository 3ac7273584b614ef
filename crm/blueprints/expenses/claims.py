"""Expense claims."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_without
from crm.blueprints.listing import show_list
from crm.blueprints.records import show_record
from crm.extensions import db
from crm.filters.expense_claims import ExpenseClaimFilter
from crm.forms.expense_claim import ExpenseClaimForm
from crm.hypermedia import go, render
from crm.models import ExpenseClaim
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("claims", __name__)


@bp.get("/expenses")
@login_required
def index() -> Response:
    return show_list("expenses/claims/index.html", ExpenseClaimFilter.parse(request.args))


@bp.get("/expenses/new")
@login_required
def new() -> Response:
    require("create", ExpenseClaim)
    return render("expenses/claims/new.html", form=ExpenseClaimForm())


@bp.post("/expenses")
@login_required
def create() -> Response:
    require("create", ExpenseClaim)
    form = ExpenseClaimForm()
    if not form.validate_on_submit():
        return render("expenses/claims/new.html", status=422, form=form)
    claim = ExpenseClaim.begin(form.title.data, by=current_user)
    db.session.commit()
    return go(record_url(claim))


@bp.get("/expenses/<int:claim_id>")
@login_required
def show(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, load=ExpenseClaim.for_page())
    return show_record("claim", claim)


@bp.get("/expenses/<int:claim_id>/edit")
@login_required
def edit(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id)
    require("edit", claim)
    return render("expenses/claims/edit.html", form=ExpenseClaimForm(obj=claim), claim=claim)


@bp.post("/expenses/<int:claim_id>")
@login_required
def update(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, lock=True)
    require("edit", claim)
    form = ExpenseClaimForm(obj=claim)
    if not form.may_save(claim):
        return render("expenses/claims/edit.html", status=form.status, form=form, claim=claim)
    claim.rename(form.title.data, by=current_user)
    db.session.commit()
    return go(record_url(claim))


@bp.post("/expenses/<int:claim_id>/delete")
@login_required
def destroy(claim_id: int) -> Response:
    claim = find(ExpenseClaim, claim_id, lock=True)
    require("edit", claim)
    claim.trash(by=current_user)
    db.session.commit()
    return go_without(claim, otherwise=url_for("claims.index"))
