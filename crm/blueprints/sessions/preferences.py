"""Preferences: language and theme; kept with the user, or in a cookie before signing in."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, url_for
from flask_login import current_user

from crm.extensions import LANGUAGES, db
from crm.hypermedia import go
from crm.signing_in import safe_next

bp = Blueprint("preferences", __name__)

THEMES = ("auto", "light", "dark")
CHOICES = {"language": tuple(LANGUAGES), "theme": THEMES}


@bp.post("/preferences")
def update() -> Response:
    response = go(safe_next(request.form.get("next")) or url_for("today.show"))
    for name, choices in CHOICES.items():
        chosen = request.form.get(name)
        if chosen in choices:
            _keep(name, chosen, response)
    db.session.commit()
    return response


def _keep(name: str, chosen: str, response: Response) -> None:
    if current_user.is_authenticated:
        setattr(current_user, name, chosen)
    response.set_cookie(
        name, chosen, max_age=31_536_000, samesite="Lax", httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
