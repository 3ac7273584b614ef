"""The settings of the public pool."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.pool import pool_form
from crm.hypermedia import go, render
from crm.models import Company
from crm.policies import require

bp = Blueprint("pool", __name__)


@bp.get("/settings/pool")
@login_required
def edit() -> Response:
    company = Company.current()
    require("edit", company)
    return render("settings/pool/edit.html", form=pool_form(company))


@bp.post("/settings/pool")
@login_required
def update() -> Response:
    company = Company.locked()
    require("edit", company)
    form = pool_form(company)
    if not form.may_save(company):
        return render("settings/pool/edit.html", status=form.status, form=form)
    form.fill(company, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("pool.edit"))
