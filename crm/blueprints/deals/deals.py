"""Deals."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen, go_without
from crm.blueprints.listing import show_list
from crm.blueprints.records import show_record
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.forms.deal import DealForm, NewDealForm
from crm.hypermedia import render
from crm.models import Customer, Deal
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("deals", __name__)


@bp.get("/deals")
@login_required
def index() -> Response:
    return show_list("deals/deals/index.html", DealFilter.parse(request.args))


@bp.get("/deals/new")
@login_required
def new() -> Response:
    require("create", Deal)
    customer_id = request.args.get("customer", type=int)
    customer = find(Customer, customer_id) if customer_id else None
    form = NewDealForm(data={"owner": current_user, "customer": customer})
    return render("deals/deals/new.html", form=form)


@bp.post("/deals")
@login_required
def create() -> Response:
    require("create", Deal)
    form = NewDealForm()
    deal = Deal()
    if not (form.validate_on_submit() and form.open(deal, by=current_user)):
        return render("deals/deals/new.html", status=422, form=form)
    db.session.commit()
    flash(_("%(name)s was added.", name=deal.name), "success")
    return _go_to(deal)


@bp.get("/deals/<int:deal_id>")
@login_required
def show(deal_id: int) -> Response:
    return show_record("deal", find(Deal, deal_id, load=Deal.for_list()))


@bp.get("/deals/<int:deal_id>/edit")
@login_required
def edit(deal_id: int) -> Response:
    deal = find(Deal, deal_id)
    require("edit", deal)
    return render("deals/deals/edit.html", form=DealForm(obj=deal), deal=deal)


@bp.post("/deals/<int:deal_id>")
@login_required
def update(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True)
    require("edit", deal)
    form = DealForm(obj=deal)
    if not (form.may_save(deal) and form.fill_or_explain(deal)):
        return render("deals/deals/edit.html", status=form.status, form=form, deal=deal)
    deal.note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return _go_to(deal)


@bp.post("/deals/<int:deal_id>/delete")
@login_required
def destroy(deal_id: int) -> Response:
    deal = find(Deal, deal_id, lock=True)
    require("edit", deal)
    deal.trash(by=current_user)
    db.session.commit()
    return go_without(deal, otherwise=url_for("deals.index"))


def _go_to(deal: Deal) -> Response:
    page = record_url(deal)
    return go_if_seen(deal, page, otherwise=url_for("deals.index"))
