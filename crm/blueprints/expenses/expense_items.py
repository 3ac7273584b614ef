"""Expense items: the costs of a claim."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.expenses.editing import editable_claim, item_of
from crm.blueprints.listing import show_list
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.filters.address import read
from crm.filters.expense_items import ExpenseItemFilter
from crm.forms.expense_item import ItemForm, form_of, new_item_form
from crm.hypermedia import go, render
from crm.models import ExpenseClaim, ExpenseItem, ItemKind
from crm.nouns import record_url
from crm.queries.duplicate_receipts import duplicates_of

bp = Blueprint("expense_items", __name__)

bp.record(allow_uploads)


@bp.get("/expenses/items")
@login_required
def index() -> Response:
    filter = ExpenseItemFilter.parse(request.args)
    return show_list("expenses/items/index.html", filter)


@bp.get("/expenses/<int:claim_id>/items/new")
@login_required
def new(claim_id: int) -> Response:
    claim = editable_claim(claim_id)
    return render("expenses/items/new.html", form=new_item_form(_kind()), claim=claim)


@bp.post("/expenses/<int:claim_id>/items")
@login_required
def create(claim_id: int) -> Response:
    prepared, refused = _receipts(claim_id)
    claim = editable_claim(claim_id)
    form = new_item_form(_kind(), files=prepared, refused=refused)
    item = ExpenseItem()
    if not (form.validate_on_submit() and form.fill_or_explain(item)):
        return render("expenses/items/new.html", status=422, form=form, claim=claim)
    claim.add_item(item, by=current_user)
    attach(form, claim, item)
    db.session.commit()
    flash(_("Added."), "success")
    warn_of_duplicates(claim, item)
    return go(record_url(claim))


@bp.get("/expenses/<int:claim_id>/items/<int:item_id>/edit")
@login_required
def edit(claim_id: int, item_id: int) -> Response:
    claim = editable_claim(claim_id)
    item = item_of(claim, item_id)
    return render("expenses/items/edit.html", form=form_of(item), claim=claim, item=item)


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>")
@login_required
def update(claim_id: int, item_id: int) -> Response:
    prepared, refused = _receipts(claim_id)
    claim = editable_claim(claim_id)
    item = item_of(claim, item_id)
    form = form_of(item, files=prepared, refused=refused)
    if not (form.may_save(item, version=claim.version) and form.fill_or_explain(item)):
        return render(
            "expenses/items/edit.html", status=form.status, form=form, claim=claim, item=item
        )
    claim.item_changed(item, by=current_user)
    attach(form, claim, item)
    db.session.commit()
    flash(_("Saved."), "success")
    warn_of_duplicates(claim, item)
    return go(record_url(claim))


@bp.post("/expenses/<int:claim_id>/items/<int:item_id>/delete")
@login_required
def destroy(claim_id: int, item_id: int) -> Response:
    claim = editable_claim(claim_id)
    claim.remove_item(item_of(claim, item_id), by=current_user)
    db.session.commit()
    flash(_("Removed from the claim."), "info")
    return go(record_url(claim))


def _kind() -> ItemKind:
    """What the address says is to be claimed: a receipt, if it says nothing."""
    return read([request.args.get("kind", "")], ItemKind | None) or ItemKind.RECEIPT


def _receipts(claim_id: int) -> tuple[list[files.PreparedFile], list[str]]:
    return read_uploads("receipts", lambda: editable_claim(claim_id), documents=False)


def attach(form: ItemForm, claim: ExpenseClaim, item: ExpenseItem) -> None:
    """Put the files that came with the form to ``item``."""
    receipts = [
        files.store(prepared, kind="expense_item", by=current_user) for prepared in form.files
    ]
    claim.add_receipts(item, receipts, by=current_user)


def warn_of_duplicates(claim: ExpenseClaim, item: ExpenseItem) -> None:
    """Say whether what was just entered was perhaps claimed before."""
    for id, found in duplicates_of([claim], current_user).items():
        for each in found:
            if item.id == id or each.other is item:
                flash(each.words, "error")
