"""What the bookkeeper calls the expense categories."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.account_codes import AccountCodesForm, account_codes_form
from crm.hypermedia import go, render
from crm.models import Company
from crm.policies import require

bp = Blueprint("account_codes", __name__)


@bp.get("/expenses/account-codes")
@login_required
def edit() -> Response:
    require("set_account_codes", Company.current())
    return _page(account_codes_form(), 200)


@bp.post("/expenses/account-codes")
@login_required
def update() -> Response:
    require("set_account_codes", Company.locked())  # two who set them come one by one
    form = account_codes_form()
    if not form.save(by=current_user):
        return _page(form, form.status)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("account_codes.edit"))


def _page(form: AccountCodesForm, status: int) -> Response:
    return render("expenses/account_codes/edit.html", status=status, form=form)
