"""To which account somebody's expenses are paid: told by themselves, or by an administrator."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.bank_account import BankAccountForm
from crm.hypermedia import go, render
from crm.models import User
from crm.policies import find, require

bp = Blueprint("bank_accounts", __name__)


@bp.get("/people/<int:user_id>/bank-account")
@login_required
def edit(user_id: int) -> Response:
    user = find(User, user_id)
    require("set_bank_account", user)
    return _page(BankAccountForm(obj=user), user, 200)


@bp.post("/people/<int:user_id>/bank-account")
@login_required
def update(user_id: int) -> Response:
    user = find(User, user_id, lock=True)
    require("set_bank_account", user)
    form = BankAccountForm(obj=user)
    if not form.may_save(user):
        return _page(form, user, form.status)
    user.bank_with(form.bank_name.data, form.bank_account.data, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(_back(user))


def _back(user: User) -> str:
    """The page that led here."""
    if user.id == current_user.id:
        return url_for("profile.edit")
    return url_for("users.edit", user_id=user.id)


def _page(form: BankAccountForm, user: User, status: int) -> Response:
    return render(
        "expenses/bank_accounts/edit.html", status=status, form=form, user=user, back=_back(user)
    )
