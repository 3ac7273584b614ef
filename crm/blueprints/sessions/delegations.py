"""While somebody is away: who decides for them, and from when to when."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.delegation import DelegationForm
from crm.hypermedia import go, render
from crm.models import Company, Delegation, User
from crm.models.approval.pressing import hand_over_of
from crm.policies import find, require
from crm.queries.approvals.delegations import delegations_of

bp = Blueprint("delegations", __name__)


# Without a number, one's own; administrators set those of others.
@bp.get("/my-settings/away", defaults={"user_id": None})
@bp.get("/settings/users/<int:user_id>/away")
@login_required
def index(user_id: int | None) -> Response:
    user = _person(user_id)
    return _page(DelegationForm(data={"first": Company.current().today()}), user, 200)


@bp.post("/settings/users/<int:user_id>/away")
@login_required
def create(user_id: int) -> Response:
    user = _person(user_id)
    form = DelegationForm()
    if not (form.validate_on_submit() and form.begin(user, by=current_user)):
        return _page(form, user, 422)
    given = hand_over_of(user)
    db.session.commit()
    flash(_("Saved."), "success")
    if given:
        flash(ngettext("%(num)d document was handed over.", "%(num)d documents were handed over.",
                       len(given)), "info")  # fmt: skip
    return _back(user)


@bp.post("/my-settings/away/<int:delegation_id>/delete")
@login_required
def destroy(delegation_id: int) -> Response:
    delegation = find(Delegation, delegation_id, lock=True)
    require("end", delegation)
    delegation.end(by=current_user)
    db.session.commit()
    flash(_("Taken back. What was handed over stays where it is."), "info")
    return _back(delegation.user)


def _person(user_id: int | None) -> User:
    user = find(User, current_user.id if user_id is None else user_id)
    require("delegate_for", user)
    return user


def _back(user: User) -> Response:
    return go(url_for("delegations.index", user_id=None if user.id == current_user.id else user.id))


def _page(form: DelegationForm, user: User, status: int) -> Response:
    return render(
        "sessions/delegations/index.html", status=status, form=form, user=user,
        delegations=delegations_of(user),
    )  # fmt: skip
