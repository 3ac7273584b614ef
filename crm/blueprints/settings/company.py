"""The company's own settings."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.first_visit import onward
from crm.extensions import db
from crm.forms.company import CompanyForm
from crm.hypermedia import go, render
from crm.models import Company
from crm.policies import require

bp = Blueprint("company", __name__)


@bp.get("/settings/company")
@login_required
def edit() -> Response:
    company = Company.current()
    require("edit", company)
    return render("settings/company/edit.html", form=CompanyForm(obj=company))


@bp.post("/settings/company")
@login_required
def update() -> Response:
    company = Company.locked()
    require("edit", company)
    form = CompanyForm(obj=company)
    if not form.may_save(company):
        return render("settings/company/edit.html", status=form.status, form=form)
    form.fill(company).note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(onward(url_for("company.edit")))
