"""The private address of one's calendar: made, replaced and withdrawn, and fetched by a phone."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, Response, abort, flash, make_response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import insert, update

from crm import clock
from crm.extensions import db, note_aside
from crm.hypermedia import go, render
from crm.links import link
from crm.mail import written_for
from crm.models import CalendarFeed, SignInAttempt
from crm.queries.calendar.feed import feed_of
from crm.queries.calendar.file import calendar_file
from crm.security import keep_private

bp = Blueprint("calendar_feeds", __name__)


@bp.get("/calendar/<secret>.ics")
def show(secret: str) -> Response:
    feed = CalendarFeed.find(secret)
    if feed is None:
        _refuse()
    response = _file_of(feed)
    _note_fetched(feed)
    response.make_conditional(request)
    return response


@bp.get("/my-settings/calendar")
@login_required
def edit() -> Response:
    return render("calendar/feeds/edit.html", feed=CalendarFeed.of(current_user), address="")


@bp.post("/my-settings/calendar")
@login_required
def create() -> Response:
    secret = CalendarFeed.make(current_user)
    db.session.commit()
    address = link("calendar_feeds.show", secret=secret)
    return keep_private(
        render("calendar/feeds/edit.html", feed=CalendarFeed.of(current_user), address=address)
    )


@bp.post("/my-settings/calendar/delete")
@login_required
def destroy() -> Response:
    CalendarFeed.withdraw(current_user, by=current_user)
    db.session.commit()
    flash(_("The address of your calendar works no more."), "success")
    return go(url_for("calendar_feeds.edit"))


def _file_of(feed: CalendarFeed) -> Response:
    """The calendar in its owner's language; a phone keeps it, and asks whether it is still so."""
    with written_for(feed.user):
        response = make_response(calendar_file(feed_of(feed.user), feed.user))
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.add_etag()
    keep_private(response)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _refuse() -> NoReturn:
    """404; and 429 for who tries one address after the other."""
    account, address = f"calendar {request.remote_addr}".lower(), "calendar"
    if SignInAttempt.too_many(account, address):
        abort(429)
    tried = {"account": account, "address": address, "at": clock.now()}
    note_aside(insert(SignInAttempt).values(tried))
    abort(404)


def _note_fetched(feed: CalendarFeed) -> None:
    if feed.is_to_be_noted:
        here = CalendarFeed.id == feed.id
        note_aside(update(CalendarFeed).where(here).values(fetched_at=clock.now()))
