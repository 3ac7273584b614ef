"""Clones: a new deal that begins as another one is."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.going_on import go_if_seen
from crm.extensions import db
from crm.forms.deal import CloneForm
from crm.hypermedia import render
from crm.models import Deal
from crm.nouns import record_url
from crm.policies import find, require

bp = Blueprint("deal_clones", __name__)


@bp.get("/deals/<int:deal_id>/copy")
@login_required
def new(deal_id: int) -> Response:
    source = find(Deal, deal_id)
    require("create", Deal)
    return render("deals/clones/new.html", source=source, form=CloneForm(source))


@bp.post("/deals/<int:deal_id>/copy")
@login_required
def create(deal_id: int) -> Response:
    source, copy = find(Deal, deal_id), Deal()
    require("create", Deal)
    form = CloneForm(source)
    if not (form.validate_on_submit() and form.open(copy, by=current_user)):
        return render("deals/clones/new.html", status=422, source=source, form=form)
    db.session.commit()
    flash(_("%(name)s was added.", name=copy.name), "success")
    return go_if_seen(copy, record_url(copy), otherwise=url_for("deals.index"))
