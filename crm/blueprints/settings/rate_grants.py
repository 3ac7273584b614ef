"""What an expense rate grants, from a day on."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.expense_rates import show_rate
from crm.extensions import db
from crm.forms.expense_rate import RateGrantForm
from crm.hypermedia import go
from crm.models import ExpenseRate
from crm.models.expense_rate import RateGrant
from crm.policies import find, find_in, require

bp = Blueprint("rate_grants", __name__)


@bp.post("/settings/expense-rates/<int:rate_id>/grants")
@login_required
def create(rate_id: int) -> Response:
    rate = find(ExpenseRate, rate_id, lock=True)
    require("edit", rate)
    form = RateGrantForm()
    if not form.validate_on_submit():
        return show_rate(rate, granting=form, status=422)
    form.grant(rate, by=current_user)
    db.session.commit()
    flash(_("Saved. What was claimed before stays as it is."), "success")
    return go(url_for("expense_rates.edit", rate_id=rate.id))


@bp.post("/settings/expense-rates/<int:rate_id>/grants/<int:grant_id>/delete")
@login_required
def destroy(rate_id: int, grant_id: int) -> Response:
    rate = find(ExpenseRate, rate_id, lock=True)
    require("edit", rate)
    rate.take_back(find_in(RateGrant.of(rate), RateGrant, grant_id), by=current_user)
    db.session.commit()
    flash(_("Removed. What was claimed before stays as it is."), "info")
    return go(url_for("expense_rates.edit", rate_id=rate.id))
