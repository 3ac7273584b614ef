"""Flask-Login over our own session rows: who sends this request, and what the cookies hold."""

from __future__ import annotations

from flask import Flask, Request, Response, current_app, g, request, session, url_for
from sqlalchemy import update

from crm import clock
from crm.extensions import login, note_aside, reading_only
from crm.hypermedia import go, page_before
from crm.models import User
from crm.models.session import ABSOLUTE, TRUSTED, TrustedDevice, UserSession

SESSION_COOKIE = "crm_session"
DEVICE_COOKIE = "crm_device"
# What an open page asks by itself, whoever sits before it or not, does not keep a session alive.
ASKED_BY_ITSELF = {"bells.show", "board_changes.show"}


def init_app(app: Flask) -> None:
    """Tell Flask-Login how to find the user of a request."""
    login.session_protection = None
    login.request_loader(_load_user)
    login.unauthorized_handler(_ask_to_sign_in)


def _load_user(request: Request) -> User | None:
    secret = request.cookies.get(SESSION_COOKIE)
    user_session = UserSession.find(secret) if secret else None
    if user_session is None:
        return None
    g.user_session = user_session
    is_asked = request.endpoint not in ASKED_BY_ITSELF
    if user_session.is_stale and is_asked and reading_only.get():
        _touch(user_session)
    return user_session.user


def _touch(user_session: UserSession) -> None:
    """Note that the session is in use; if that cannot be now, a later request does."""
    note_aside(
        update(UserSession)
        .where(UserSession.id == user_session.id)
        .values(last_seen_at=clock.now()),
        update(User)
        .where(User.id == user_session.user_id)
        .values(last_seen_at=clock.now(), updated_at=User.updated_at),
    )


def _ask_to_sign_in() -> Response:
    return go(url_for("sessions.new", next=_came_from()))


def _came_from() -> str | None:
    """The page to come back to: of a fragment or a form, the page it stood on."""
    if request.method == "GET" and not request.htmx:  # type: ignore[attr-defined]
        return request.full_path.rstrip("?")
    return page_before()


def sign_in(user: User, response: Response, *, trust: bool = False) -> Response:
    """Begin a session for ``user`` and put its secret into a cookie of ``response``."""
    session.clear()  # a new form token for a new session
    device = request.user_agent.string
    session_secret = UserSession.begin(user, device=device, address=request.remote_addr or "")
    _set_cookie(response, SESSION_COOKIE, session_secret, int(ABSOLUTE.total_seconds()))
    if trust:
        secret = TrustedDevice.trust(user, device=device, session_secret=session_secret)
        _set_cookie(response, DEVICE_COOKIE, secret, int(TRUSTED.total_seconds()))
    return response


def sign_out(response: Response) -> Response:
    """Forget the session cookie; the row is ended by the caller."""
    session.clear()
    response.delete_cookie(SESSION_COOKIE)
    return response


def knows_device(login: str | None) -> bool:
    """Whether this device is one that the user has trusted: others' failures do not lock it out."""
    user = User.by_login(login or "")
    return user is not None and TrustedDevice.is_trusted(request.cookies.get(DEVICE_COOKIE), user)


def _set_cookie(response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
