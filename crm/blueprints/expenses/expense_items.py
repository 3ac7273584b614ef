"""Expense items: the costs of a claim."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.forms.expense_claim import ExpenseItemForm
from crm.hypermedia import go, render
from crm.models import Company, ExpenseClaim, ExpenseItem
from crm.nouns import record_url
from crm.policies import find, find_in, require

bp = Blueprint("expense_items", __name__)

bp.record(allow_uploads)


@bp.get("/expenses/<int:claim_id>/items/new")
@login_required
def new(claim_id: int) -> Response:
    claim = _editable(claim_id)
    form = ExpenseItemForm(data={"spent_on": Company.current().today()})
    return render("expenses/items/new.html", form=form, claim=claim)


@bp.post("/expenses/<int:claim_id>/items")
@login_required
def create(claim_id: int) -> Response:
    prepared, refused = _receipts(claim_id)
    claim = _editable(claim_id)
    form = ExpenseItemForm(files=prepared, refused=refused)
    item = ExpenseItem()
    if not (form.validate_on_submit() and form.fill_or_explain(item)):
        return render("expenses/items/new.html", status=422, form=form, claim=claim)
    claim.add_item(item, by=current_user)
    _attach(form, claim, item)
    db.session.commit()
    flash(_("Added."), "success")
    return go(record_url(claim))


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/edit")
@login_required
def edit(claim_id: int, item_id: int) -> Response:
    claim = _editable(claim_id)
    item = _find_item(claim, item_id)
    form = ExpenseItemForm(data=_shown(item))
    return render("expenses/items/edit.html", form=form, claim=claim, item=item)


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>")
@login_required
def update(claim_id: int, item_id: int) -> Response:
    prepared, refused = _receipts(claim_id)
    claim = _editable(claim_id)
    item = _find_item(claim, item_id)
    form = ExpenseItemForm(data=_shown(item), files=prepared, refused=refused)
    if not (form.may_save(item, version=claim.version) and form.fill_or_explain(item)):
        return render(
            "expenses/items/edit.html", status=form.status, form=form, claim=claim, item=item
        )
    claim.item_changed(item, by=current_user)
    _attach(form, claim, item)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(record_url(claim))


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>/delete")
@login_required
def destroy(claim_id: int, item_id: int) -> Response:
    claim = _editable(claim_id)
    claim.remove_item(_find_item(claim, item_id), by=current_user)
    db.session.commit()
    flash(_("Removed from the claim."), "info")
    return go(record_url(claim))


def _editable(claim_id: int) -> ExpenseClaim:
    claim = find(
        ExpenseClaim, claim_id, lock=request.method == "POST", load=ExpenseClaim.for_page()
    )
    require("edit", claim)
    return claim


def _receipts(claim_id: int) -> tuple[list[files.PreparedFile], list[str]]:
    return read_uploads("receipts", lambda: _editable(claim_id), documents=False)


def _find_item(claim: ExpenseClaim, item_id: int) -> ExpenseItem:
    of_claim = ExpenseItem.visible_to(current_user).where(ExpenseItem.claim_id == claim.id)
    return find_in(of_claim, ExpenseItem, item_id)


def _shown(item: ExpenseItem) -> dict[str, Any]:
    names = ("category", "amount", "currency", "spent_on", "customer", "deal", "purpose")
    return {name: getattr(item, name) for name in names} | {"version": item.claim.version}


def _attach(form: ExpenseItemForm, claim: ExpenseClaim, item: ExpenseItem) -> None:
    receipts = [
        files.store(prepared, kind="expense_item", by=current_user) for prepared in form.files
    ]
    claim.add_receipts(item, receipts, by=current_user)
