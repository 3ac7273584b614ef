"""My devices: where I am signed in, and which devices I trust."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go, render
from crm.models import TrustedDevice, UserSession
from crm.policies import find_in

bp = Blueprint("devices", __name__)


@bp.get("/devices")
@login_required
def index() -> Response:
    return render(
        "sessions/devices/index.html",
        sessions=db.session.scalars(UserSession.live_of(current_user)).all(),
        trusted=db.session.scalars(TrustedDevice.of(current_user)).all(),
    )


@bp.post("/devices/<int:session_id>/end")
@login_required
def destroy(session_id: int) -> Response:
    find_in(UserSession.live_of(current_user), UserSession, session_id).end(
        by=current_user, distrust=True
    )
    db.session.commit()
    flash(_("That device is signed out."), "success")
    return go(url_for("devices.index"))


@bp.post("/devices/distrust")
@login_required
def update() -> Response:
    TrustedDevice.forget_all_of(current_user)
    db.session.commit()
    flash(_("No device is trusted now."), "success")
    return go(url_for("devices.index"))
