"""How somebody wants to be told of each kind of things, and when mails may reach them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.notifications import NotificationForm
from crm.hypermedia import go, render

bp = Blueprint("notification_choices", __name__)


@bp.get("/my-settings/notifications")
@login_required
def edit() -> Response:
    return _page(NotificationForm.of(current_user))


@bp.post("/my-settings/notifications")
@login_required
def update() -> Response:
    form = NotificationForm.of(current_user)
    if not form.validate_on_submit():
        return _page(form, 422)
    form.save(current_user)
    db.session.commit()
    flash(_("Saved."), "success")
    return go(url_for("notification_choices.edit"))


def _page(form: NotificationForm, status: int = 200) -> Response:
    return render("notifications/notification_choices/edit.html", status=status, form=form)
