"""Activities: what happened at a customer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.going_on import go_without
from crm.blueprints.records import shown
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.forms.activity import ActivityForm
from crm.hypermedia import go, next_or, render, respond
from crm.models import Activity, Customer, Deal
from crm.nouns import record_url
from crm.policies import find, find_in, require

bp = Blueprint("activities", __name__)
bp.record(allow_uploads)

FULL = "contacts/activities/new.html"


@bp.get("/customers/<int:customer_id>/activities/new")
@login_required
def new(customer_id: int) -> Response:
    customer = _customer(customer_id)
    deal = _deal_of(customer)
    form = ActivityForm(customer, data={"deal": deal})
    return render(FULL, form=form, customer=customer, deal=deal)


@bp.post("/customers/<int:customer_id>/activities")
@login_required
def create(customer_id: int) -> Response:
    prepared = read_uploads("files", lambda: _customer(customer_id))
    customer = _customer(customer_id)
    deal = _deal_of(customer)
    form = ActivityForm(customer, data={"deal": deal}, prepared=prepared)
    if "more" in request.args or not form.validate_on_submit():
        return _form(customer, deal, form, 422 if form.errors else 200)
    _log(form, customer)
    db.session.commit()
    flash(_("Noted."), "success")
    context = shown("deal", deal) if deal else shown("customer", customer)
    page = next_or(f"{context['address']()}#timeline")
    return respond("contacts/activities/create.stream.html", to=page, **context)


@bp.get("/activities/<int:activity_id>/edit")
@login_required
def edit(activity_id: int) -> Response:
    activity = _editable(activity_id)
    form = ActivityForm(activity.customer, obj=activity)
    return render("contacts/activities/edit.html", form=form, activity=activity)


@bp.post("/activities/<int:activity_id>")
@login_required
def update(activity_id: int) -> Response:
    prepared = read_uploads("files", lambda: _editable(activity_id))
    activity = _editable(activity_id, lock=True)
    form = ActivityForm(activity.customer, obj=activity, prepared=prepared)
    if not form.may_save(activity):
        page = "contacts/activities/edit.html"
        return render(page, status=form.status, form=form, activity=activity)
    added = files.store_all(form.prepared, by=current_user)
    form.fill(activity).note_changes(by=current_user, files=added)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(f"{record_url(activity.customer)}#timeline")


@bp.post("/activities/<int:activity_id>/delete")
@login_required
def destroy(activity_id: int) -> Response:
    activity = _editable(activity_id, lock=True)
    activity.trash(by=current_user)
    db.session.commit()
    return go_without(activity, otherwise=record_url(activity.customer))


def _customer(customer_id: int) -> Customer:
    customer = find(Customer, customer_id)
    require("work_with", customer)
    return customer


def _editable(activity_id: int, **options: Any) -> Activity:
    activity = find(Activity, activity_id, **options)
    require("edit", activity)
    return activity


def _deal_of(customer: Customer) -> Deal | None:
    """The deal on whose page it is noted, if it is not the customer's own.

    Others may close it while somebody writes: what they write is noted all the same.
    """
    deal_id = request.args.get("deal", type=int)
    if deal_id is None:
        return None
    here = Deal.visible_to(current_user).where(Deal.customer_id == customer.id)
    return find_in(here, Deal, deal_id)


def _log(form: ActivityForm, customer: Customer) -> None:
    added = files.store_all(form.prepared, by=current_user)
    Activity.log(form.fill(Activity(customer=customer)), by=current_user, files=added)
    form.plan_next_step(customer, by=current_user)


def _form(customer: Customer, deal: Deal | None, form: ActivityForm, status: int) -> Response:
    """The form again, with what was typed: on the page with all of it, or on the record's page."""
    if "full" in request.args:
        return render(FULL, status=status, form=form, customer=customer, deal=deal)
    if deal:
        context = {**shown("deal", deal), "noted_at": customer, "form": form}
        return render("deals/deals/show.html", "activity_form", status, **context)
    context = {**shown("customer", customer), "form": form}
    return render("contacts/customers/show.html", "activity_form", status, **context)
