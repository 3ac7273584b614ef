"""Somebody leaves, or comes back."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import User, UserSession
from crm.policies import find, require

bp = Blueprint("user_deactivations", __name__)


@bp.post("/settings/users/<int:user_id>/deactivate")
@login_required
def create(user_id: int) -> Response:
    user = find(User, user_id, lock=True)
    require("deactivate", user)
    user.deactivate(by=current_user)
    UserSession.end_all_of(user)
    db.session.commit()
    flash(_("%(name)s cannot sign in any more.", name=user.name), "success")
    return go(url_for("users.index"))


@bp.post("/settings/users/<int:user_id>/reactivate")
@login_required
def destroy(user_id: int) -> Response:
    user = find(User, user_id, lock=True)
    require("deactivate", user)
    user.reactivate(by=current_user)
    db.session.commit()
    flash(_("%(name)s can sign in again.", name=user.name), "success")
    return go(url_for("users.index"))
