"""Purges: what lies in the trash is deleted for good, by an administrator."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm import clock
from crm.batches import MOST
from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.batches import ids_in
from crm.hypermedia import ask, go
from crm.models.purging import Purge
from crm.nouns import DELETABLE
from crm.policies import require
from crm.unused_files import remove

bp = Blueprint("purges", __name__)


@bp.post(f"/trash/<any({', '.join(DELETABLE)}):noun>/purge")
@login_required
def create(noun: str) -> Response:
    model, back = DELETABLE[noun], url_for("trash.index", noun=noun)
    require("purge", model)
    purge = Purge(model, ids_in(request.form.getlist("record")[:MOST]))
    if "asked" not in request.form or not purge.ids:
        return ask("home/purges/new.html", 422, form=BaseForm(), noun=noun, purge=purge, back=back)
    begun, count = clock.now().timestamp(), len(purge.ids)
    digests = purge.carry_out(by=current_user)
    db.session.commit()
    remove(digests, before=begun)
    flash(ngettext("%(num)d deleted for good.", "%(num)d deleted for good.", count), "success")
    if purge.held:
        flash(_("What the books need stays in the trash."), "info")
    return go(back)
