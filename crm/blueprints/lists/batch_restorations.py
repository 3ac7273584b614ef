"""Batches taken back: what lies in the trash comes back together."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.batches import MOST, restore
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.forms.batches import ids_in
from crm.hypermedia import go, page_before

bp = Blueprint("batch_restorations", __name__)


@bp.post("/batches/<any(customers, contacts, deals, tasks, claims):name>/restore")
@login_required
def create(name: str) -> Response:
    written = request.form.getlist("record") or request.form.get("records", "").split(",")
    count = restore(LISTS[name].MODEL, ids_in(written[:MOST]), current_user)
    db.session.commit()
    flash(ngettext("%(num)d restored.", "%(num)d restored.", count), "success")
    return go(page_before() or LISTS[name]().url())
