"""Batches taken back: what lies in the trash comes back together."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.batches import MOST, restore
from crm.extensions import db
from crm.forms.batches import ids_in
from crm.hypermedia import go, page_before
from crm.nouns import DELETABLE

bp = Blueprint("batch_restorations", __name__)


@bp.post(f"/batches/<any({', '.join(DELETABLE)}):noun>/restore")
@login_required
def create(noun: str) -> Response:
    written = request.form.getlist("record") or request.form.get("records", "").split(",")
    count = restore(DELETABLE[noun], ids_in(written[:MOST]), current_user)
    db.session.commit()
    flash(ngettext("%(num)d restored.", "%(num)d restored.", count), "success")
    return go(page_before() or url_for("trash.index", noun=noun))
