"""The trash: what was deleted and can be restored, and restoring one of it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, next_or, render
from crm.nouns import DELETABLE
from crm.policies import find_trashed, require
from crm.queries.trash import trash_of

bp = Blueprint("trash", __name__)


@bp.get("/trash")
@login_required
def index() -> Response:
    args = request.args
    trash = trash_of(
        current_user, args.get("noun", ""), after=args.get("after", ""),
        before=args.get("before", ""),
    )  # fmt: skip
    return render("home/trash/index.html", trash=trash)


@bp.post(f"/trash/<any({', '.join(DELETABLE)}):noun>/<int:record_id>/restore")
@login_required
def destroy(noun: str, record_id: int) -> Response:
    record = find_trashed(DELETABLE[noun], record_id)
    require("restore", record)
    record.restore(by=current_user)
    db.session.commit()
    flash(_("%(name)s is back.", name=str(record)), "success")
    return go(next_or(url_for("trash.index", noun=noun)))
