"""What people see when something cannot be done: a page, or a message in the page they are on."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, Response, current_app, flash, g, make_response, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from crm.cost_words import refused_words
from crm.extensions import browser_language, db
from crm.hypermedia import go, is_fragment, page_before, refuse, render
from crm.models.advance import AdvanceRefused
from crm.models.expense_claim import ClaimRefused
from crm.models.user import LastAdministrator
from crm.wording.refusals import ADVANCE_REFUSALS, refusal_word

EXPLAINED = (403, 404, 405, 409, 410, 413, 422, 429, 503)


class Words(NamedTuple):
    """What a page says when something went wrong: what happened; what was kept and what to do."""

    icon: str
    title: str
    text: str


class Busy(Exception):
    """As many papers are being set as the machine bears: this one is to be asked for again."""


def init_app(app: Flask) -> None:
    """Install the handlers."""
    for status in EXPLAINED:
        app.register_error_handler(status, _http_error)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(DataError, _too_large)
    app.register_error_handler(OperationalError, _database_trouble)
    app.register_error_handler(ClaimRefused, _claim_refused)
    app.register_error_handler(AdvanceRefused, _advance_refused)
    app.register_error_handler(LastAdministrator, _last_administrator)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(500, _broken)


def _http_error(error: HTTPException) -> Response:
    db.session.rollback()
    status = error.code or 500
    return _answer(status, _words(status))


def _form_expired(_error: CSRFError) -> Response:
    return _answer(400, _words("form expired"))


def _stale(_error: StaleDataError | IntegrityError) -> Response:
    db.session.rollback()
    return _answer(409, _words(409))


def _too_large(_error: DataError) -> Response:
    """What fits its field, but not the database: a sum in the base currency, a text in an address."""
    db.session.rollback()
    return _answer(422, _words("too large"))


def _database_trouble(error: OperationalError) -> Response:
    """The disk is full, the file is locked, the server is gone: nothing was half-written."""
    current_app.logger.error("database: %s", error.orig)
    return without_database(503, 503)


def _claim_refused(error: ClaimRefused) -> Response:
    """A verb that does not fit the claim as it is now: back to the claim, with the reason."""
    words = refused_words(error)  # before what it names is forgotten
    db.session.rollback()
    flash(words, "error")
    claim_id = (request.view_args or {}).get("claim_id")
    return go(url_for("claims.show", claim_id=claim_id) if claim_id else url_for("claims.index"))


def _advance_refused(error: AdvanceRefused) -> Response:
    """A verb that does not fit the advance as it is now: back to it, with the reason."""
    db.session.rollback()
    flash(ADVANCE_REFUSALS.get(error.reason) or refusal_word(error.reason), "error")
    advance_id = (request.view_args or {}).get("advance_id")
    if advance_id is None:
        return go(url_for("advances.index"))
    return go(url_for("advances.show", advance_id=advance_id))


def _last_administrator(_error: LastAdministrator) -> Response:
    """Somebody else ended the rights of the other administrators a moment before."""
    db.session.rollback()
    return _answer(409, _words(409))


def _busy(_error: Busy) -> Response:
    response = _answer(503, _words("busy"))
    response.headers["Retry-After"] = "10"
    return response


def _broken(_error: Exception) -> Response:
    db.session.rollback()
    return _answer(500, _words(500))


def _words(what: int | str) -> Words:
    return {
        403: Words("lock", _("You may not do this"), _("Nothing was changed. Ask your manager or an administrator if you should be able to.")),
        404: Words("search-x", _("Not found"), _("It does not exist, was deleted, or is not visible to you. What was deleted may still lie in the trash.")),
        405: Words("circle-alert", _("That does not work this way"), _("Nothing was changed. Go back and use the buttons on the page.")),
        409: Words("users", _("Somebody else was faster"), _("It was changed by somebody else a moment ago. Nothing of yours was saved: look at it as it is now, then try again.")),
        410: Words("unlink", _("This link no longer works"), _("It was used, replaced by a newer one, or is too old. Look for a newer mail, or sign in.")),
        413: Words("paperclip", _("That is too large"), _("Nothing was saved. Go back, choose a smaller file or shorten the text.")),
        422: Words("circle-alert", _("Something is missing"), _("Nothing was changed. Look at the fields marked in red.")),
        429: Words("hourglass", _("Too many attempts"), _("Wait a quarter of an hour, then try again.")),
        503: Words("server-off", _("The database cannot save this right now"), _("Nothing was changed. Try again in a moment; if it goes on, tell your administrator (crm doctor shows why).")),
        "busy": Words("hourglass", _("Too many PDFs are being made right now"), _("Nothing was lost. Try again in a moment, or print the page instead.")),
        "form expired": Words("hourglass", _("This form has expired"), _("You signed in or out since it was opened. Nothing was saved: go back, reload and send it again.")),
        "too large": Words("circle-alert", _("This cannot be stored"), _("Nothing was saved. Check amounts and texts: one of them, or a sum, is larger than there is room for.")),
        "offline": Words("wifi-off", _("No connection"), _("This page cannot be fetched right now. What you saved is safe; what you typed is still there when you go back.")),
    }.get(what, Words("triangle-alert", _("Something went wrong on our side"), _("Nothing was saved. Try again; if it happens again, tell your administrator.")))  # fmt: skip


def _answer(status: int, words: Words) -> Response:
    if is_fragment():
        return _refuse(status, words)
    return render("errors/show.html", status=status, code=status, words=words, back=page_before())


def without_database(status: int, what: int | str) -> Response:
    """A page that asks nothing of the database: not who is signed in, nor what the firm is called."""
    # The reader's language, without asking who they are.
    g.language = browser_language()
    words = _words(what)
    if is_fragment():
        return _refuse(status, words)
    template = current_app.jinja_env.get_template("errors/bare.html")
    theme = request.cookies.get("theme", "auto")
    return make_response(template.render(words=words, language=g.language, theme=theme), status)


def _refuse(status: int, words: Words) -> Response:
    return refuse(status, _("%(title)s. %(text)s", title=words.title, text=words.text))
