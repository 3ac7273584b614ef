"""Distinctions: customers that look alike and are not one firm."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.contacts.alike import alike
from crm.extensions import db
from crm.hypermedia import flash_undoable, go, next_or
from crm.models import Distinction
from crm.queries.duplicates import LARGEST_GROUP

bp = Blueprint("distinctions", __name__)


@bp.post("/distinctions")
@login_required
def create() -> Response:
    customers = alike(most=LARGEST_GROUP, lock=True)
    Distinction.draw(customers, by=current_user)
    db.session.commit()
    ids = ",".join(str(customer.id) for customer in customers)
    undo = url_for("distinctions.destroy")
    flash_undoable(_("They will not be shown as alike again."), undo, customers=ids)
    return go(next_or(url_for("duplicates.index")))


@bp.post("/distinctions/undo")
@login_required
def destroy() -> Response:
    Distinction.erase(alike(most=LARGEST_GROUP, lock=True))
    db.session.commit()
    return go(next_or(url_for("duplicates.index")))
