"""Exchange rates, entered by day."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.formatting import day, number
from crm.forms.exchange_rate import ExchangeRateForm
from crm.hypermedia import flash_undoable, go, render
from crm.models import Company, ExchangeRate
from crm.policies import find, require
from crm.queries.exchange_rates import rates_for

bp = Blueprint("exchange_rates", __name__)


@bp.get("/settings/exchange-rates")
@login_required
def index() -> Response:
    require("create", ExchangeRate)
    currency, today = request.args.get("currency"), Company.current().today()
    return _list(ExchangeRateForm(data={"currency": currency, "day": today}))


@bp.post("/settings/exchange-rates")
@login_required
def create() -> Response:
    require("create", ExchangeRate)
    Company.hold()  # two who enter one for the same day come one by one
    form = ExchangeRateForm()
    if not form.validate_on_submit():
        return _list(form, 422)
    before = form.enter(by=current_user)
    db.session.commit()
    _tell(form, before)
    return _back(form.currency.data)


@bp.post("/settings/exchange-rates/<int:exchange_rate_id>/delete")
@login_required
def destroy(exchange_rate_id: int) -> Response:
    Company.hold()  # whoever enters one for that day comes before this or after it
    rate = find(ExchangeRate, exchange_rate_id, lock=True)
    require("edit", rate)
    form = ExchangeRateForm.of(rate.currency, rate.day, rate.rate)
    rate.remove(by=current_user)
    db.session.commit()
    flash_undoable(
        _("Removed: %(rate)s. Amounts written before keep their rate.", rate=_said(form)),
        url_for("exchange_rates.create"), **form.fields_of_again,
    )  # fmt: skip
    return _back(rate.currency)


def _tell(form: ExchangeRateForm, before: Decimal | None) -> None:
    """Say what holds now; what it replaced can be brought back."""
    if before in (None, form.rate.data):
        flash(_("Saved: %(rate)s.", rate=_said(form)), "success")
        return
    undo = ExchangeRateForm.of(form.currency.data, form.day.data, before)
    flash_undoable(
        _("Saved: %(rate)s, in place of %(before)s.", rate=_said(form), before=number(before)),
        url_for("exchange_rates.create"), **undo.fields_of_again,
    )  # fmt: skip


def _said(form: ExchangeRateForm) -> str:
    return _("%(currency)s from %(day)s: %(rate)s", currency=form.currency.data,
             day=day(form.day.data), rate=number(form.rate.data))  # fmt: skip


def _back(currency: str) -> Response:
    """To the list, narrowed if it was."""
    is_narrowed = "currency" in request.args
    return go(url_for("exchange_rates.index", currency=currency if is_narrowed else None))


def _list(form: ExchangeRateForm, status: int = 200) -> Response:
    return render(
        "settings/exchange_rates/index.html", status=status, form=form,
        rates=rates_for(request.args),
    )  # fmt: skip
