"""The company's own settings."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.company import CompanyForm
from crm.hypermedia import go, render
from crm.models import Company
from crm.policies import require
from crm.queries.health import mail_trouble

bp = Blueprint("company", __name__)


@bp.get("/settings")
@login_required
def edit() -> Response:
    company = Company.current()
    require("edit", company)
    form = CompanyForm(obj=company)
    return render("settings/company/edit.html", form=form, mail_trouble=mail_trouble())


@bp.post("/settings")
@login_required
def update() -> Response:
    company = Company.locked()
    require("edit", company)
    form = CompanyForm(obj=company)
    if not form.may_save(company):
        return render(
            "settings/company/edit.html", status=form.status, form=form, mail_trouble=mail_trouble()
        )
    form.fill(company).note_changes(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("company.edit"))
