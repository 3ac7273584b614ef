"""Every component in both themes side by side; ``?language=en`` or ``zh`` chooses the words."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, request

from crm.blueprints.dev.samples import Samples
from crm.extensions import LANGUAGES
from crm.hypermedia import render

bp = Blueprint("components", __name__)

# What names an element, and what refers to one, or to several.
NAMES = re.compile(
    r'\b(id|for|form|list|aria-(?:labelledby|describedby|controls)|href|hx-target)="(#?)([^"]+)"'
)
REFERRING = {"href", "hx-target"}


@bp.get("/dev/components")
def index() -> Response:
    if request.args.get("language") in LANGUAGES:
        g.language = request.args["language"]
    response = render("dev/components/index.html", **Samples().shown())
    response.set_data(_named_apart(response.get_data(as_text=True)))
    return response


def _named_apart(page: str) -> str:
    """``page``, whose second half shows the same again, with other ids in that half."""
    light, mark, dark = page.partition('data-theme="dark">')
    dark, end, rest = dark.partition("</main>")
    return light + mark + NAMES.sub(_dark, dark) + end + rest


def _dark(found: re.Match[str]) -> str:
    attribute, sign, names = found.groups()
    if attribute in REFERRING and (not sign or names == "main"):
        return found[0]
    return f'{attribute}="{sign}{" ".join(f"dark_{name}" for name in names.split())}"'
