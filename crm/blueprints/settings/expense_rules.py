"""The rules of expenses: what an item may cost, and what must come with it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.expense_rules import ExpenseRulesForm, shown, version_of
from crm.hypermedia import go, render
from crm.models import Company, ExpenseRule
from crm.policies import require

bp = Blueprint("expense_rules", __name__)


@bp.get("/settings/expense-rules")
@login_required
def edit() -> Response:
    require("edit", ExpenseRule)
    return _page(ExpenseRulesForm.of_now(), 200)


@bp.post("/settings/expense-rules")
@login_required
def update() -> Response:
    require("edit", ExpenseRule)
    Company.hold()  # two who set them come one by one
    form, now = ExpenseRulesForm(), shown()
    if form.is_arranging:
        return _page(form, 200)
    if not form.may_save_over(now, ExpenseRule.changes(), version=version_of(now)):
        return _page(form, form.status)
    form.arrange(by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("expense_rules.edit"))


def _page(form: ExpenseRulesForm, status: int) -> Response:
    return render("settings/expense_rules/edit.html", "rows", status=status, form=form)
