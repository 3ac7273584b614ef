"""Batches taken back: what was deleted together comes back from the trash together."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.batches import MOST, restore
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.forms.batches import BATCH_FORMS, ids_in
from crm.hypermedia import go, page_before

bp = Blueprint("batch_restorations", __name__)


@bp.post("/batches/<any(customers, deals, tasks, claims):name>/restore")
@login_required
def create(name: str) -> Response:
    ids = ids_in(request.form.get("records", "").split(",")[:MOST])
    count = restore(BATCH_FORMS[name].MODEL, ids, current_user)
    db.session.commit()
    flash(ngettext("%(num)d restored.", "%(num)d restored.", count), "success")
    return go(page_before() or LISTS[name]().url())
