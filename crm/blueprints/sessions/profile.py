"""My settings: what everybody decides for themselves."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.sessions.preferences import keep
from crm.extensions import db
from crm.forms.user import ProfileForm
from crm.hypermedia import go, render
from crm.models import TrustedDevice, UserSession

bp = Blueprint("profile", __name__)


@bp.get("/my-settings")
@login_required
def edit() -> Response:
    return _page(ProfileForm(obj=current_user))


@bp.post("/my-settings")
@login_required
def update() -> Response:
    form = ProfileForm(obj=current_user)
    if not form.may_save(current_user):
        return _page(form, form.status)
    form.fill(current_user).note_changes(by=current_user)
    response = go(url_for("profile.edit"))
    keep("theme", current_user.theme, response)
    keep("language", current_user.language, response)
    db.session.commit()
    flash(_("Saved."), "success")
    return response


def _page(form: ProfileForm, status: int = 200) -> Response:
    return render(
        "sessions/profile/edit.html", status=status, form=form,
        sessions=db.session.scalars(UserSession.live_of(current_user)).all(),
        trusted=db.session.scalars(TrustedDevice.of(current_user)).all(),
    )  # fmt: skip
