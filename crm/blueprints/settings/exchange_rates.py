"""Exchange rates, entered by day."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.company import ExchangeRateForm
from crm.hypermedia import go, render
from crm.models import Company, ExchangeRate
from crm.policies import require

bp = Blueprint("exchange_rates", __name__)


@bp.get("/settings/exchange-rates")
@login_required
def index() -> Response:
    require("create", ExchangeRate)
    form = ExchangeRateForm(data={"day": Company.current().today()})
    return _list(form)


@bp.post("/settings/exchange-rates")
@login_required
def create() -> Response:
    require("create", ExchangeRate)
    form = ExchangeRateForm()
    if not form.validate_on_submit():
        return _list(form, 422)
    ExchangeRate.enter(form.currency.data, form.day.data, form.rate.data, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("exchange_rates.index"))


def _list(form: ExchangeRateForm, status: int = 200) -> Response:
    rates = db.session.scalars(ExchangeRate.latest_first().limit(100)).all()
    return render("settings/exchange_rates/index.html", status=status, form=form, rates=rates)
