"""Contacts."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_without
from crm.blueprints.listing import show_list
from crm.blueprints.records import show_record
from crm.extensions import db
from crm.filters.contacts import ContactFilter
from crm.forms.contact import NewContactForm, WholeContactForm
from crm.hypermedia import go, render
from crm.models import Contact, Customer
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("contacts", __name__)


@bp.get("/contacts")
@login_required
def index() -> Response:
    return show_list("contacts/contacts/index.html", ContactFilter.parse(request.args))


@bp.get("/customers/<int:customer_id>/contacts/new")
@login_required
def new(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("edit", customer)
    return render("contacts/contacts/new.html", form=NewContactForm(customer), customer=customer)


@bp.post("/customers/<int:customer_id>/contacts")
@login_required
def create(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("edit", customer)
    form = NewContactForm(customer)
    if form.is_arranging or not form.validate_on_submit():
        status = 200 if form.is_arranging else 422
        return render("contacts/contacts/new.html", status=status, form=form, customer=customer)
    contact = Contact.register(form.fill(Contact(customer=customer)), by=current_user)
    db.session.commit()
    flash(_("%(name)s was added.", name=contact.name), "success")
    return go(record_url(customer))


@bp.get("/contacts/<int:contact_id>")
@login_required
def show(contact_id: int) -> Response:
    return show_record("contact", find(Contact, contact_id))


@bp.get("/contacts/<int:contact_id>/edit")
@login_required
def edit(contact_id: int) -> Response:
    contact = find(Contact, contact_id)
    require("edit", contact)
    return render("contacts/contacts/edit.html", form=WholeContactForm.of(contact), contact=contact)


@bp.post("/contacts/<int:contact_id>")
@login_required
def update(contact_id: int) -> Response:
    contact = find(Contact, contact_id, lock=True)
    require("edit", contact)
    form = WholeContactForm.of(contact)
    if form.is_arranging or not form.may_save(contact):
        status = 200 if form.is_arranging else form.status
        return render("contacts/contacts/edit.html", status=status, form=form, contact=contact)
    form.fill(contact).note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(record_url(contact))


@bp.post("/contacts/<int:contact_id>/delete")
@login_required
def destroy(contact_id: int) -> Response:
    contact = find(Contact, contact_id, lock=True)
    require("edit", contact)
    contact.trash(by=current_user)
    db.session.commit()
    return go_without(contact, otherwise=record_url(contact.customer))
