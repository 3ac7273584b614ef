"""What an expense rate grants, from a day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.base import shortly
from crm.blueprints.settings.expense_rates import show_rate
from crm.extensions import db
from crm.forms.expense_rate import RateGrantForm
from crm.hypermedia import flash_undoable, go
from crm.models import ExpenseRate
from crm.models.expense_rate import RateGrant
from crm.policies import find, find_in, require
from crm.units import per_unit

bp = Blueprint("rate_grants", __name__)


@bp.post("/settings/expense-rates/<int:rate_id>/grants")
@login_required
def create(rate_id: int) -> Response:
    rate = find(ExpenseRate, rate_id, lock=True)
    require("edit", rate)
    form = RateGrantForm()
    if not form.validate_on_submit():
        return show_rate(rate, granting=form, status=422)
    before = form.grant(rate, by=current_user)
    db.session.commit()
    _tell(rate, form, before)
    return go(url_for("expense_rates.edit", rate_id=rate.id))


@bp.post("/settings/expense-rates/<int:rate_id>/grants/<int:grant_id>/delete")
@login_required
def destroy(rate_id: int, grant_id: int) -> Response:
    rate = find(ExpenseRate, rate_id, lock=True)
    require("edit", rate)
    grant = find_in(RateGrant.of(rate), RateGrant, grant_id)
    said, undo = _said(rate, grant.amount, grant.currency), _undo(
        grant.valid_from, grant.amount, grant.currency)  # fmt: skip
    rate.take_back(grant, by=current_user)
    db.session.commit()
    message = _("Removed: %(rate)s. What was claimed before stays as it is.", rate=said)
    flash_undoable(message, url_for("rate_grants.create", rate_id=rate.id), **undo)
    return go(url_for("expense_rates.edit", rate_id=rate.id))


def _tell(rate: ExpenseRate, form: RateGrantForm, before: tuple[Decimal, str] | None) -> None:
    """Say what is granted now; what it replaced can be brought back."""
    if before in (None, (form.amount.data, form.currency.data)):
        flash(_("Saved. What was claimed before stays as it is."), "success")
        return
    message = _(
        "Saved: %(rate)s, in place of %(before)s. What was claimed before stays as it is.",
        rate=_said(rate, form.amount.data, form.currency.data), before=_said(rate, *before),
    )  # fmt: skip
    undo = _undo(form.valid_from.data, *before)
    flash_undoable(message, url_for("rate_grants.create", rate_id=rate.id), **undo)


def _said(rate: ExpenseRate, amount: Decimal, currency: str) -> str:
    return per_unit(amount, rate.kind, currency)


def _undo(day: date, amount: Decimal, currency: str) -> dict[str, str]:
    """What is sent to grant it again."""
    return {"valid_from": day.isoformat(), "amount": shortly(amount), "currency": currency}
