"""Collaborators: colleagues who help at a customer, and see what its owner sees."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen
from crm.extensions import db
from crm.forms.customer import CollaboratorForm
from crm.hypermedia import ask, go
from crm.models import Customer
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("collaborators", __name__)

PAGE = "contacts/collaborators/new.html"


@bp.get("/customers/<int:customer_id>/collaborators/new")
@login_required
def new(customer_id: int) -> Response:
    return ask(PAGE, form=CollaboratorForm(), customer=_find(customer_id))


@bp.post("/customers/<int:customer_id>/collaborators")
@login_required
def create(customer_id: int) -> Response:
    customer = _find(customer_id, lock=True)
    form = CollaboratorForm()
    if not form.validate_on_submit():
        return ask(PAGE, 422, form=form, customer=customer)
    helper = form.helper.data
    customer.let_help(helper, by=current_user)
    db.session.commit()
    flash(_("%(name)s helps here now.", name=helper.name), "success")
    return go(record_url(customer))


@bp.post("/customers/<int:customer_id>/collaborators/<int:user_id>/delete")
@login_required
def destroy(customer_id: int, user_id: int) -> Response:
    customer = _find(customer_id, lock=True)
    helper = next((each for each in customer.collaborators if each.id == user_id), None)
    if helper is None:
        abort(404)
    customer.let_go(helper, by=current_user)
    db.session.commit()
    flash(_("%(name)s does not help here any more.", name=helper.name), "success")
    return go_if_seen(customer, record_url(customer), otherwise=url_for("customers.index"))


def _find(customer_id: int, **options: Any) -> Customer:
    customer = find(Customer, customer_id, **options)
    require("edit", customer)
    return customer
