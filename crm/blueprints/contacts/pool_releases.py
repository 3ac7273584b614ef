"""Giving a customer to the public pool, and taking it back at once."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.contacts.pool_claims import in_the_pool
from crm.extensions import db
from crm.hypermedia import flash_undoable, go
from crm.models import Customer
from crm.models.pool import PoolRefused
from crm.nouns import record_url
from crm.policies import find, require
from crm.wording.refusals import refusal_word

bp = Blueprint("pool_releases", __name__)


@bp.post("/customers/<int:customer_id>/release")
@login_required
def create(customer_id: int) -> Response:
    customer = find(Customer, customer_id, lock=True)
    require("release", customer)
    try:
        customer.release(by=current_user)
    except PoolRefused as refused:
        flash(refusal_word(refused.reason), "error")
        return go(record_url(customer))
    db.session.commit()
    undo = url_for("pool_releases.destroy", customer_id=customer.id)
    flash_undoable(_("%(name)s lies in the pool now.", name=customer.name), undo)
    return go(record_url(customer))


@bp.post("/customers/<int:customer_id>/release/undo")
@login_required
def destroy(customer_id: int) -> Response:
    require("take_back", Customer)
    try:
        customer = in_the_pool(customer_id)
        customer.take_back(by=current_user)
    except PoolRefused as refused:
        flash(refusal_word(refused.reason), "error")
        return go(url_for("customers.index"))
    db.session.commit()
    flash(_("%(name)s is back.", name=customer.name), "success")
    return go(record_url(customer))
