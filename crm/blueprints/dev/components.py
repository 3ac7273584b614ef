"""Every component in both themes side by side; ``?language=en`` or ``zh`` chooses the words."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from crm.extensions import LANGUAGES
from crm.hypermedia import render

bp = Blueprint("components", __name__)


@bp.get("/dev/components")
def index() -> Response:
    if request.args.get("language") in LANGUAGES:
        g.language = request.args["language"]
    return render("dev/components/index.html")
