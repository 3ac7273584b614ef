"""The first visit: where it goes on, and its end."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.hypermedia import go
from crm.models import Company
from crm.policies import require
from crm.queries.first_visit import first_visit_of

bp = Blueprint("first_visit", __name__)


@bp.get("/first-visit")
@login_required
def show() -> Response:
    require("edit", Company.current())
    visit = first_visit_of(current_user)
    return go(visit.left[0].address if visit else url_for("today.show"))


@bp.post("/first-visit/finish")
@login_required
def destroy() -> Response:
    require("edit", Company.current())
    Company.current().note_set_up(by=current_user)
    db.session.commit()
    flash(_("What is left you find under Settings whenever you like."), "info")
    return go(url_for("today.show"))


def onward(page: str) -> str:
    """The address after a step was saved: the next step's, or ``page`` when nothing is left."""
    visit = first_visit_of(current_user)
    following = visit.after(request.endpoint) if visit else None
    return following.address if following else page
