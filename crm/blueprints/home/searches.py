"""The global search: its page, and what the command palette offers while somebody types."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user, login_required

from crm.filters.lists import list_at
from crm.formatting import language
from crm.hypermedia import go, is_fragment, page_before, render
from crm.places import Place
from crm.queries import search
from crm.queries.palette import actions_for, pages_for, sections

bp = Blueprint("searches", __name__)


@bp.get("/search")
@login_required
def index() -> Response:
    q, noun = _typed(), request.args.get("noun", "")
    noun = noun if noun in search.SEARCHED else ""
    limit = search.ON_PAGE if noun else search.OF_EACH
    return render(
        "home/search/index.html", "list", q=q, noun=noun,
        groups=search.found(q, current_user, noun=noun, limit=limit),
        counts=search.counts(q, current_user),
        pages=pages_for(q, current_user) if q and not noun else [],
        actions=_actions(q) if q and not noun else [],
        recent=[] if q else search.recent(current_user),
    )  # fmt: skip


@bp.get("/palette")
@login_required
def show() -> Response:
    q = _typed()
    if not is_fragment():
        return go(url_for("searches.index", q=q))
    offered = sections(q, current_user, **_around())
    return render("home/search/show.html", "options", q=q, sections=offered)


def _actions(q: str) -> list[Place]:
    return actions_for(q, current_user, **_around())


def _around() -> dict[str, Any]:
    """What decides which actions there are: how the page looks, and which list was left for it."""
    here = list_at(page_before() or "")
    return {"theme": current_user.theme or "auto", "language": language(), "here": here}


def _typed() -> str:
    return search.understood(request.args.get("q", ""))
