"""The people who sign in: listed, invited, changed."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.user_links import give_link
from crm.extensions import db
from crm.forms.user import InviteForm, UserForm
from crm.hypermedia import go, render
from crm.models import Role, User
from crm.policies import find, require
from crm.queries.people import everybody, teams_in_order
from crm.queries.timeline import Wanted, of_record

bp = Blueprint("users", __name__)


@bp.get("/settings/users")
@login_required
def index() -> Response:
    require("create", User)
    return _list(InviteForm(data={"roles": {Role.REP}}))


@bp.post("/settings/users")
@login_required
def create() -> Response:
    require("create", User)
    form = InviteForm()
    if not form.validate_on_submit():
        return _list(form, 422)
    user = form.join(by=current_user)
    return give_link(user)


@bp.get("/settings/users/<int:user_id>")
@login_required
def edit(user_id: int) -> Response:
    user = find(User, user_id)
    require("edit", user)
    return _page(UserForm(obj=user), user)


@bp.post("/settings/users/<int:user_id>")
@login_required
def update(user_id: int) -> Response:
    user = find(User, user_id, lock=True)
    require("edit", user)
    form = UserForm(obj=user)
    if not form.may_save(user):
        return _page(form, user, form.status)
    form.fill(user, by=current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("users.index"))


def _list(form: InviteForm, status: int = 200) -> Response:
    return render(
        "settings/users/index.html", status=status, form=form, users=everybody(),
        teams=teams_in_order(),
    )  # fmt: skip


def _page(form: UserForm, user: User, status: int = 200) -> Response:
    return render(
        "settings/users/edit.html", status=status, form=form, user=user,
        timeline=of_record(user, Wanted()),
    )  # fmt: skip
