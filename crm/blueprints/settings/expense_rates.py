"""Expense rates: what the firm grants for a kilometre or a day."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.expense_rate import ExpenseRateForm, NewExpenseRateForm, RateGrantForm
from crm.hypermedia import go, render
from crm.models import Company, ExpenseRate
from crm.policies import find, require
from crm.queries.timeline import Wanted, of_record

bp = Blueprint("expense_rates", __name__)

LIST, PAGE = "settings/expense_rates/index.html", "settings/expense_rates/edit.html"


@bp.get("/settings/expense-rates")
@login_required
def index() -> Response:
    require("create", ExpenseRate)
    rates = db.session.scalars(ExpenseRate.in_order()).all()
    return render(LIST, rates=rates, today=Company.current().today())


@bp.get("/settings/expense-rates/new")
@login_required
def new() -> Response:
    require("create", ExpenseRate)
    form = NewExpenseRateForm(data={"valid_from": Company.current().today()})
    return render("settings/expense_rates/new.html", form=form)


@bp.post("/settings/expense-rates")
@login_required
def create() -> Response:
    require("create", ExpenseRate)
    Company.hold()  # of two that are called the same, the second is told
    form = NewExpenseRateForm()
    if not form.validate_on_submit():
        return render("settings/expense_rates/new.html", status=422, form=form)
    form.begin(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("expense_rates.index"))


@bp.get("/settings/expense-rates/<int:rate_id>")
@login_required
def edit(rate_id: int) -> Response:
    rate = find(ExpenseRate, rate_id)
    require("edit", rate)
    return show_rate(rate)


@bp.post("/settings/expense-rates/<int:rate_id>")
@login_required
def update(rate_id: int) -> Response:
    Company.hold()
    rate = find(ExpenseRate, rate_id, lock=True)
    require("edit", rate)
    form = ExpenseRateForm.of(rate)
    if not form.may_save(rate):
        return show_rate(rate, form=form, status=form.status)
    form.save(rate, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("expense_rates.index"))


def show_rate(
    rate: ExpenseRate, *, form: ExpenseRateForm | None = None,
    granting: RateGrantForm | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """The page of ``rate`` with its history, and the form of what it grants next."""
    today, last = Company.current().today(), rate.grants[0]
    granting = granting or RateGrantForm(
        formdata=None, data={"valid_from": today, "currency": last.currency}
    )
    return render(PAGE, status=status, rate=rate, form=form or ExpenseRateForm.of(rate),
                  granting=granting, current=rate.at_last(today),
                  timeline=of_record(rate, Wanted()))  # fmt: skip
