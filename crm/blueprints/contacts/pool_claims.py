"""Claiming a customer from the public pool."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Customer
from crm.models.pool import PoolRefused
from crm.nouns import record_url
from crm.policies import LARGEST_KEY, find_all, require
from crm.wording.refusals import refusal_word

bp = Blueprint("pool_claims", __name__)


@bp.post("/customers/<int:customer_id>/claim")
@login_required
def create(customer_id: int) -> Response:
    require("claim", Customer)
    try:
        customer = in_the_pool(customer_id)
        customer.claim(by=current_user)
    except PoolRefused as refused:
        flash(refusal_word(refused.reason), "error")
        return go(url_for("customers.index", owner="none"))
    db.session.commit()
    flash(_("%(name)s is yours now.", name=customer.name), "success")
    return go(record_url(customer))


def in_the_pool(customer_id: int) -> Customer:
    """The customer, held; who was too slow may not see it any more, and is told the same."""
    if customer_id > LARGEST_KEY:
        abort(404)
    found = find_all(Customer, [customer_id], lock=True)
    if not found:
        raise PoolRefused("taken")
    return found[0]
