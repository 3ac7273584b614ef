"""The web app manifest: what a phone puts on its home screen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for
from flask_babel import gettext as _

from crm.assets import asset_url
from crm.formatting import language
from crm.models import Company

bp = Blueprint("manifest", __name__)

# The page's own colour when it is light: what a phone shows until the first page is there.
PAGE_COLOUR = "#f5f7f9"


@bp.get("/manifest.webmanifest")
def show() -> Response:
    name = Company.current().name or "Kaidan"
    response = jsonify(
        name=name, short_name=name[:12], lang=language(), dir="ltr", id="/",
        start_url=url_for("today.show"), scope="/", display="standalone",
        background_color=PAGE_COLOUR, theme_color=PAGE_COLOUR,
        icons=_icons(), shortcuts=_shortcuts(),
    )  # fmt: skip
    response.mimetype = "application/manifest+json"
    return response


def _icons() -> list[dict[str, str]]:
    return [
        {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {"src": asset_url(f"icons/{name}.png"), "sizes": f"{size}x{size}",
             "type": "image/png", "purpose": purpose}
            for name, size, purpose in (
                ("192", 192, "any"), ("512", 512, "any"), ("maskable", 512, "maskable"),
            )
        ),
    ]  # fmt: skip


def _shortcuts() -> list[dict[str, Any]]:
    """What a long press on the icon offers."""
    return [
        {"name": _("Deals"), "url": url_for("board.show")},
        {"name": _("Approvals"), "url": url_for("requests.index")},
        {"name": _("New expense claim"), "url": url_for("claims.new")},
    ]
