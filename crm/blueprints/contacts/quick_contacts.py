"""Contacts created in place: a few fields in a dialog, from the picker that did not find one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.contact import NewContactForm
from crm.hypermedia import go, is_fragment, render, respond
from crm.models import Contact, Customer
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("quick_contacts", __name__)

PAGE = "contacts/quick_contacts/new.html"


@bp.get("/customers/<int:customer_id>/quick-contacts/new")
@login_required
def new(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("edit", customer)
    if not is_fragment():
        return go(url_for("contacts.new", customer_id=customer.id))
    form = NewContactForm(customer, data={"name": request.args.get("name")})
    return render(PAGE, form=form, customer=customer)


@bp.post("/customers/<int:customer_id>/quick-contacts")
@login_required
def create(customer_id: int) -> Response:
    customer = find(Customer, customer_id)
    require("edit", customer)
    form = NewContactForm(customer)
    if not form.validate_on_submit():
        return render(PAGE, status=422, form=form, customer=customer)
    contact = Contact.register(form.fill(Contact(customer=customer)), by=current_user)
    db.session.commit()
    flash(_("%(name)s was added.", name=contact.name), "success")
    return respond(
        "home/picker_options/take.stream.html", record=contact, dialog="quick_contact",
        to=record_url(contact),
    )  # fmt: skip
