"""Contacts who work at another firm now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.contact import ContactMoveForm
from crm.hypermedia import ask, go
from crm.models import Contact
from crm.nouns import record_url
from crm.policies import find, may, require

bp = Blueprint("contact_moves", __name__)

PAGE = "contacts/moves/new.html"


@bp.get("/contacts/<int:contact_id>/move/new")
@login_required
def new(contact_id: int) -> Response:
    return ask(PAGE, form=ContactMoveForm(), contact=_find(contact_id))


@bp.post("/contacts/<int:contact_id>/move")
@login_required
def create(contact_id: int) -> Response:
    contact = _find(contact_id, lock=True)
    form = ContactMoveForm()
    if form.validate_on_submit() and not may("edit", form.customer.data):
        form.customer.errors = [_("You may not change this customer.")]
    if form.errors or form.customer.errors:
        return ask(PAGE, 422, form=form, contact=contact)
    contact.move_to(form.customer.data, by=current_user)
    db.session.commit()
    flash(
        _("%(name)s is at %(firm)s now.", name=contact.name, firm=contact.customer.name), "success"
    )
    return go(record_url(contact))


def _find(contact_id: int, **options: Any) -> Contact:
    contact = find(Contact, contact_id, **options)
    require("edit", contact)
    return contact
