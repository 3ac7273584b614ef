"""A new one-time link for somebody: mailed if mails go out, shown to be handed over if not."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, render
from crm.links import one_time_address
from crm.models import MailKind, OutgoingMail, User, UserSession
from crm.models.session import LinkPurpose
from crm.policies import find, require

bp = Blueprint("user_links", __name__)


@bp.post("/settings/users/<int:user_id>/link")
@login_required
def create(user_id: int) -> Response:
    user = find(User, user_id, lock=True)
    require("edit", user)
    if not user.is_active:
        text = _("%(name)s is deactivated: reactivate them first, then give a link.", name=user)
        flash(text, "error")
        return go(url_for("users.edit", user_id=user.id))
    return give_link(user)


def give_link(user: User) -> Response:
    """Commit, and answer with where the link is; what was signed in with the old password ends."""
    UserSession.end_all_of(user)
    user.note_invited(by=current_user)
    if user.email and current_app.config["SMTP_HOST"]:
        OutgoingMail.enqueue(MailKind.INVITATION, user, by=current_user.id)
        db.session.commit()
        flash(
            _("A link to set a password is on its way to %(email)s.", email=user.email), "success"
        )
        return go(url_for("users.index"))
    address = one_time_address(LinkPurpose.SET_PASSWORD, user)
    db.session.commit()
    response = render("settings/users/link.html", user=user, address=address)
    response.headers["Cache-Control"] = "no-store"
    return response
