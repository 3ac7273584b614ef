"""The first set-up: a one-time address makes the first administrator."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for

from crm import seed
from crm.extensions import choose_language, db
from crm.forms.session import SetupForm
from crm.hypermedia import go, render
from crm.models import OneTimeLink
from crm.models.session import LinkPurpose
from crm.signing_in import sign_in

bp = Blueprint("setup", __name__)


@bp.get("/setup/<token>")
def new(token: str) -> Response:
    _find(token)
    return render("sessions/setup/new.html", form=SetupForm(), token=token)


@bp.post("/setup/<token>")
def create(token: str) -> Response:
    link = _find(token)
    form = SetupForm()
    if not form.validate_on_submit():
        return render("sessions/setup/new.html", status=422, form=form, token=token)
    language = choose_language()
    seed.plant(name="", language=language)
    administrator = form.make_administrator()
    administrator.language = language
    db.session.flush()  # the event of signing in names who did it by id
    if not link.use():
        abort(410)
    response = sign_in(administrator, go(url_for("first_visit.show")))
    db.session.commit()
    return response


def _find(token: str) -> OneTimeLink:
    link = OneTimeLink.find(LinkPurpose.SET_UP, token)
    if link is None:
        abort(410)
    return link
