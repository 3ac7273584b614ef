"""Activities: what happened at a customer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm import files
from crm.blueprints.going_on import go_without
from crm.blueprints.records import PAGES, ids_of, shown
from crm.blueprints.uploads import allow_uploads, read_uploads
from crm.extensions import db
from crm.filters.activities import ActivityFilter
from crm.forms.activity import ActivityForm
from crm.hypermedia import go, next_or, render, respond
from crm.models import Activity, Contact, Customer, Deal
from crm.nouns import record_url
from crm.policies import find, find_in, require

bp = Blueprint("activities", __name__)
bp.record(allow_uploads)

FULL = "contacts/activities/new.html"
# On the pages of these it is noted too; they are filled in.
ON_THE_PAGE_OF: dict[str, Any] = {"deal": Deal, "contact": Contact}


@bp.get("/activities")
@login_required
def index() -> Response:
    filter = ActivityFilter.parse(request.args)
    return render(
        "contacts/activities/index.html", "list", at=filter.url(), filter=filter,
        page=filter.shown_to(current_user),
    )  # fmt: skip


@bp.get("/customers/<int:customer_id>/activities/new")
@login_required
def new(customer_id: int) -> Response:
    customer = _customer(customer_id)
    on = _noted_on(customer)
    return _in_full(customer, on, ActivityForm(customer, data=on))


@bp.post("/customers/<int:customer_id>/activities")
@login_required
def create(customer_id: int) -> Response:
    prepared = read_uploads("files", lambda: _customer(customer_id))
    customer = _customer(customer_id)
    on = _noted_on(customer)
    in_full = "full" in request.args
    form = ActivityForm(customer, in_one_line=not in_full, data=on, prepared=prepared)
    if "more" in request.args or not form.validate_on_submit():
        return _form(customer, on, form, 422 if form.errors else 200)
    _log(form, customer)
    db.session.commit()
    flash(_("Noted."), "success")
    context = shown(*_page_of(customer, on))
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


def _noted_on(customer: Customer) -> dict[str, Any]:
    """The deal or the contact on whose page it is noted, by noun; none on the customer's own.

    Others may close the deal while somebody writes: what they write is noted all the same.
    """
    for noun, model in ON_THE_PAGE_OF.items():
        record_id = request.args.get(noun, type=int)
        if record_id is not None:
            here = model.visible_to(current_user).where(model.customer_id == customer.id)
            return {noun: find_in(here, model, record_id)}
    return {}


def _page_of(customer: Customer, on: dict[str, Any]) -> tuple[str, Any]:
    """The record on whose page it is noted, and its noun."""
    return next(iter(on.items()), ("customer", customer))


def _log(form: ActivityForm, customer: Customer) -> None:
    added = files.store_all(form.prepared, by=current_user)
    Activity.log(form.fill(Activity(customer=customer)), by=current_user, files=added)
    form.plan_next_step(customer, by=current_user)


def _form(customer: Customer, on: dict[str, Any], form: ActivityForm, status: int) -> Response:
    """The form again, with what was typed: on the page with all of it, or on the record's page."""
    if "full" in request.args:
        return _in_full(customer, on, form, status)
    noun, record = _page_of(customer, on)
    context = {**shown(noun, record), "noted_at": customer, "noted_on": ids_of(on), "form": form}
    return render(PAGES[noun].template, "activity_form", status, **context)


def _in_full(
    customer: Customer, on: dict[str, Any], form: ActivityForm, status: int = 200
) -> Response:
    _noun, record = _page_of(customer, on)
    context = {"customer": customer, "record": record, "noted_on": ids_of(on)}
    return render(FULL, status=status, form=form, **context)
