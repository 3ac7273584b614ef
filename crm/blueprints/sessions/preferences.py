"""Preferences: language and theme, kept with the user; how wide the rail is, with the browser."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, url_for
from flask_login import current_user

from crm.extensions import LANGUAGES, db
from crm.forms.user import THEMES
from crm.hypermedia import go, next_or, page_shown

bp = Blueprint("preferences", __name__)

CHOICES = {"language": tuple(LANGUAGES), "theme": THEMES, "rail": ("wide", "narrow")}
# A phone and a desk want the same language, but not the same rail.
KEPT_WITH_USER = ("language", "theme")


@bp.post("/preferences")
def update() -> Response:
    response = go(page_shown(next_or(url_for("today.show"))))
    for name, choices in CHOICES.items():
        chosen = request.form.get(name)
        if chosen in choices:
            keep(name, chosen, response)
    db.session.commit()
    return response


def keep(name: str, chosen: str | None, response: Response) -> None:
    """Remember a choice with the user, and in a cookie for when nobody is signed in."""
    if name in KEPT_WITH_USER and current_user.is_authenticated:
        setattr(current_user, name, chosen)
    if chosen is None:
        response.delete_cookie(name)
        return
    response.set_cookie(
        name, chosen, max_age=31_536_000, samesite="Lax", httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
