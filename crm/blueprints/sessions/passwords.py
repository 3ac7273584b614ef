"""Passwords: set by a one-time link, or changed while signed in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, g, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.extensions import db
from crm.forms.session import ChangePasswordForm, PasswordForm
from crm.hypermedia import go, render
from crm.models import Action, CalendarFeed, Event, OneTimeLink, SignInAttempt, UserSession
from crm.models.session import LinkPurpose
from crm.queries.first_visit import first_visit_of
from crm.signing_in import sign_in

bp = Blueprint("passwords", __name__)


@bp.get("/set-password/<token>")
def edit(token: str) -> Response:
    link = _find(token)
    return render("sessions/passwords/edit.html", form=PasswordForm(), token=token, user=link.user)


@bp.post("/set-password/<token>")
def update(token: str) -> Response:
    link = _find(token)
    form = PasswordForm()
    form.user = link.user
    if not form.validate_on_submit():
        return render(
            "sessions/passwords/edit.html", status=422, form=form, token=token, user=link.user
        )
    if not link.use():
        abort(410)
    _change(form, except_id=None)
    start = "first_visit.show" if first_visit_of(form.user) else "today.show"
    response = sign_in(form.user, go(url_for(start)))
    db.session.commit()
    return response


@bp.get("/password")
@login_required
def new() -> Response:
    return render("sessions/passwords/new.html", form=ChangePasswordForm())


@bp.post("/password")
@login_required
def create() -> Response:
    form = ChangePasswordForm()
    form.user = current_user
    if SignInAttempt.too_many(current_user.username, ""):
        abort(429)
    if not form.validate_on_submit():
        if "current" in form.errors:
            SignInAttempt.failed(current_user.username, "")
            db.session.commit()
        return render("sessions/passwords/new.html", status=422, form=form)
    ended_calendar = _change(form, except_id=g.user_session.id)
    db.session.commit()
    flash(_("Your password is changed. You were signed out everywhere else."), "success")
    if ended_calendar:
        flash(_("The address of your calendar works no more."), "info")
    return go(url_for("profile.edit"))


def _find(token: str) -> OneTimeLink:
    link = OneTimeLink.find(LinkPurpose.SET_PASSWORD, token)
    if link is None or link.user is None or not link.user.is_active:
        abort(410)
    return link


def _change(form: PasswordForm, *, except_id: int | None) -> bool:
    """Set it, and end whatever whoever knew the old one may have opened.

    :returns: whether a private address of their calendar was among that.
    """
    form.set_password()
    UserSession.end_all_of(form.user, except_id=except_id)
    Event.record(Action.USER_PASSWORD_CHANGED, form.user, by=form.user)
    return CalendarFeed.withdraw(form.user, by=form.user)
