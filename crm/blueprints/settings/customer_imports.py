"""Customers from a file: upload, look at what would happen, bring them in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.customer_import import CustomerImportForm
from crm.hypermedia import go, render
from crm.importers import Customers, Disturbed, Refused
from crm.importers.uploads import LARGEST, Upload
from crm.models import Customer
from crm.policies import require

bp = Blueprint("customer_imports", __name__)


@bp.record
def _allow_uploads(setup: BlueprintSetupState) -> None:
    setup.app.extensions["body_limits"][bp.name] = LARGEST


@bp.get("/settings/import")
@login_required
def new() -> Response:
    require("import", Customer)
    return render("settings/customer_imports/new.html", form=CustomerImportForm())


@bp.post("/settings/import")
@login_required
def create() -> Response:
    require("import", Customer)
    form = CustomerImportForm()
    upload = form.keep(by=current_user) if form.validate_on_submit() else None
    if upload is None:
        return render("settings/customer_imports/new.html", status=422, form=form)
    return go(url_for("customer_imports.show", digest=upload.digest, owner=form.owner.chosen))


@bp.get("/settings/import/<digest>")
@login_required
def show(digest: str) -> Response:
    require("import", Customer)
    preview = _upload(digest).preview()
    return render("settings/customer_imports/show.html", preview=preview, digest=digest)


@bp.post("/settings/import/<digest>")
@login_required
def update(digest: str) -> Response:
    require("import", Customer)
    upload = _upload(digest)
    try:
        result = upload.bring_in()
    except Disturbed:
        abort(409)
    except Refused:
        result = None
    if result is None or result.problems:  # the preview says which
        return go(url_for("customer_imports.show", digest=digest, owner=request.args.get("owner")))
    upload.forget()
    flash(ngettext("%(num)d customer is here now.", "%(num)d customers are here now.",
                   result.rows), "success")  # fmt: skip
    return go(url_for("customers.index"))


def _upload(digest: str) -> Upload:
    """What this user has uploaded; 404 if it is not there any more."""
    owner = request.args.get("owner", type=int)
    upload = Upload.of(current_user, Customers, digest, owner_id=owner)
    if upload is None:
        abort(404)
    db.session.rollback()  # the import begins its own transactions
    return upload
