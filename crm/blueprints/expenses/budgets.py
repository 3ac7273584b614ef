"""Budgets: what may be spent in a year, a quarter or a month, and what is left of it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.reports.quotas import year_of
from crm.cost_words import budget_name
from crm.extensions import db
from crm.forms.budget import BudgetForm
from crm.hypermedia import go, render
from crm.models import Budget, Company, Span, Term
from crm.policies import find, may, require
from crm.queries.budgets import budgets_in

bp = Blueprint("budgets", __name__)


@bp.get("/budgets")
@login_required
def index() -> Response:
    company = Company.current()
    require("see_budgets", company)
    year = year_of(request.args.get("year", ""))
    return render(
        "expenses/budgets/index.html", uses=budgets_in(year, current_user), year=year,
        this_year=company.today().year, may_set=may("create", Budget),
    )  # fmt: skip


@bp.get("/budgets/new")
@login_required
def new() -> Response:
    require("create", Budget)
    quarter = Term.around(Span.QUARTER, Company.current().today())
    return render("expenses/budgets/new.html", form=BudgetForm(data={"term": quarter}))


@bp.post("/budgets")
@login_required
def create() -> Response:
    require("create", Budget)
    Company.hold()  # of two that are for the same, the second is told
    form = BudgetForm()
    if not form.validate_on_submit():
        return render("expenses/budgets/new.html", status=422, form=form)
    budget = Budget.set_up(form.plan, by=current_user)
    db.session.commit()
    flash(_("Budget set: %(name)s.", name=budget_name(budget)), "success")
    return go(url_for("budgets.index", year=budget.first.year))


@bp.get("/budgets/<int:budget_id>/edit")
@login_required
def edit(budget_id: int) -> Response:
    budget = _find(budget_id)
    return render("expenses/budgets/edit.html", form=BudgetForm.of(budget), budget=budget)


@bp.post("/budgets/<int:budget_id>")
@login_required
def update(budget_id: int) -> Response:
    Company.hold()
    budget = _find(budget_id, lock=True)
    form = BudgetForm.of(budget)
    if not form.save(budget, by=current_user):
        return render("expenses/budgets/edit.html", status=form.status, form=form, budget=budget)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("budgets.index", year=budget.first.year))


@bp.post("/budgets/<int:budget_id>/delete")
@login_required
def destroy(budget_id: int) -> Response:
    budget = _find(budget_id, lock=True)
    name, year = budget_name(budget), budget.first.year
    budget.remove(by=current_user)
    db.session.commit()
    flash(_("%(name)s was removed.", name=name), "info")
    return go(url_for("budgets.index", year=year))


def _find(budget_id: int, *, lock: bool = False) -> Budget:
    budget = find(Budget, budget_id, lock=lock, load=Budget.for_words())
    require("edit", budget)
    return budget
