"""Merges: two customers become one, and two again for 30 days."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.contacts.alike import alike
from crm.extensions import db
from crm.forms.batches import MOST_MERGED
from crm.forms.merge import MergeForm, merge_form
from crm.hypermedia import flash_undoable, go, render
from crm.models import Customer, Merge
from crm.models.merge import MergeRefused
from crm.nouns import record_url
from crm.policies import find, require
from crm.queries.history import fields_of
from crm.queries.merging import hanging_on
from crm.wording.refusals import refusal_word

bp = Blueprint("merges", __name__)


@bp.get("/merges/new")
@login_required
def new() -> Response:
    customers = alike(most=MOST_MERGED, lock=False)
    return _page(merge_form(customers[:2]), customers)


@bp.post("/merges")
@login_required
def create() -> Response:
    customers = alike(most=MOST_MERGED, lock=True)
    form = merge_form(customers[:2])
    if not form.may_merge():
        return _page(form, customers, form.status)
    try:
        merge = form.merge(by=current_user)
    except MergeRefused as refused:
        flash(refusal_word(refused.reason), "error")
        return go(url_for("duplicates.index"))
    db.session.commit()
    return _go_on(merge, customers[2:])


@bp.get("/merges/<int:merge_id>")
@login_required
def show(merge_id: int) -> Response:
    merge = find(Merge, merge_id, load=Merge.for_list())
    return render("contacts/merges/show.html", merge=merge)


@bp.post("/merges/<int:merge_id>/undo")
@login_required
def destroy(merge_id: int) -> Response:
    merge = find(Merge, merge_id, lock=True)
    require("undo", merge)
    try:
        stays = merge.undo(by=current_user)
    except MergeRefused as refused:
        flash(refusal_word(refused.reason), "error")
        return go(record_url(merge.winner))
    db.session.commit()
    flash(_("%(name)s is a customer of its own again.", name=merge.loser.name), "success")
    if stays:
        flash(_stay(merge.winner, stays), "info")
    if not merge.is_told_in_full:
        flash(_not_noted(merge.loser), "info")
    return go(url_for("merges.show", merge_id=merge.id))


def _page(form: MergeForm, customers: list[Customer], status: int = 200) -> Response:
    two = customers[:2]
    return render(
        "contacts/merges/new.html", status=status, form=form, customers=two,
        hanging=hanging_on(two), then=customers[2:],
    )  # fmt: skip


def _go_on(merge: Merge, then: list[Customer]) -> Response:
    """To what came of it, or, if more are to be merged, to the next of them."""
    if not then:
        return go(url_for("merges.show", merge_id=merge.id))
    undo = url_for("merges.destroy", merge_id=merge.id)
    flash_undoable(_("%(name)s was merged.", name=merge.loser.name), undo)
    ids = ",".join(str(customer.id) for customer in [merge.winner, *then])
    return go(url_for("merges.new", customers=ids))


def _stay(winner: Customer, columns: list[str]) -> str:
    titles = fields_of(winner)
    named = (titles.get(column.removesuffix("_id"), column) for column in columns)
    return _("%(name)s keeps what it says now: %(fields)s", name=winner.name,
             fields=_(", ").join(named))  # fmt: skip


def _not_noted(loser: Customer) -> str:
    return _("Not everything was noted when the two were merged. What %(name)s lacks now is still "
             "with the other one.", name=loser.name)  # fmt: skip
