"""Pages, fragments, redirects and streams: the only code that knows about HX headers.

A template's blocks are its refreshable regions. ``render`` answers a visit with the page and a
targeted htmx request with one block; ``respond`` answers a write with a stream of
``<hx-partial>`` regions, or with a redirect where there is no JavaScript.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    get_flashed_messages,
    make_response,
    redirect,
    request,
    url_for,
)
from flask import render_template as render_page
from flask_login import current_user
from jinja2_fragments.flask import render_block
from werkzeug.urls import iri_to_uri
from werkzeug.utils import cached_property

COMPONENTS = ("ui", "forms", "tables", "records", "charts", "stream")
# A form that was sent back stands at the address it was sent to; these show it again.
FORM_OF = {"create": ("new", "index"), "update": ("edit", "index")}


def init_app(app: Flask) -> None:
    """Make the component macros known to every template, and caches aware of fragments."""
    for name in COMPONENTS:
        app.jinja_env.globals[name] = Components(app, f"components/{name}.html")
    app.jinja_env.globals["dom_id"] = dom_id
    app.jinja_env.globals.update(
        this_page=this_page, page_before=page_before, is_fragment=is_fragment
    )
    app.after_request(_vary)
    app.after_request(_tell_what_was_saved)


def is_fragment() -> bool:
    """Whether htmx asked for a part of a page, not a whole one."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(
        htmx
        and not htmx.boosted
        and not htmx.history_restore_request
        and request.headers.get("HX-Request-Type", "partial") == "partial"
    )


def render(
    template: str, block: str | None = None, status: int = 200, *, at: str = "", **context: Any
) -> Response:
    """The page for a visit; only ``block`` for a targeted htmx request.

    :param at: the address that stands in the browser's after ``block`` was swapped in.
    """
    if block and is_fragment():
        response = make_response(render_block(template, block, **context) + _flashes(), status)
        if at:
            response.headers["HX-Push-Url"] = iri_to_uri(at)
        return response
    return make_response(render_page(template, **context), status)


def ask(template: str, status: int = 200, *, part: str = "", **context: Any) -> Response:
    """A small question: a page for a visit, a dialog over the page that htmx asked from.

    The template extends ``layout`` and fills its blocks ``heading`` and ``asked``.

    :param part: the block that is drawn anew in the dialog, which stands there already.
    """
    is_dialog = is_fragment()
    layout = "layouts/dialog.stream.html" if is_dialog else "layouts/asked.html"
    context |= {"layout": layout, "is_dialog": is_dialog}
    return render(template, part if is_dialog else None, status, **context)


def stream(template: str, status: int = 200, **context: Any) -> Response:
    """Several regions at once: a ``<verb>.stream.html`` of ``<hx-partial>``s, and the messages."""
    return make_response(render_page(template, **context) + _flashes(), status)


def respond(template: str, *, to: str, status: int = 200, **context: Any) -> Response:
    """The answer to a write: the stream for htmx, a redirect to ``to`` without JavaScript."""
    return stream(template, status, **context) if is_fragment() else go(to)


def refuse(status: int, message: str) -> Response:
    """Tell a fragment request why nothing happened, as a message; the page stays as it is."""
    # Without the values that pages get: they are asked of the database, which may be the trouble.
    template = current_app.jinja_env.get_template("layouts/flashes.stream.html")
    response = make_response(template.render(messages=[("error", message)]), status)
    response.headers["HX-Reswap"] = "none"
    return response


def go(url: str) -> Response:
    """To another page: 303, or ``HX-Redirect`` for a fragment request."""
    if is_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = iri_to_uri(url)
        page, _hash, place = url.partition("#")
        if place and page == page_before():  # a browser only scrolls there, it loads nothing
            response.headers["HX-Refresh"] = "true"
        return response
    return make_response(redirect(url, 303))


def this_page() -> str:
    """The address that shows this page again; of a form that was sent back, the form's own."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    resource, _dot, verb = (request.endpoint or "").rpartition(".")
    for name in FORM_OF.get(verb, ()):
        if f"{resource}.{name}" in current_app.view_functions:
            # The query stands behind it as it came: to url_for, names like _scheme mean something.
            query = request.query_string.decode(errors="replace")
            page = url_for(f"{resource}.{name}", **(request.view_args or {}))
            return f"{page}?{query}" if query else page
    return ""


def page_before() -> str | None:
    """The page that this request came from: of a fragment or a form, the page it stood on."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:  # what a browser never sends
        return None
    return safe_next(f"{page.path}?{page.query}" if page.query else page.path)


def next_or(otherwise: str) -> str:
    """Where one goes on after this form, as its address or the form says, else ``otherwise``."""
    return safe_next(request.values.get("next")) or otherwise


def page_shown(page: str) -> str:
    """``page`` with the query it has in the browser now: filters change it after it was sent."""
    shown = page_before()
    return shown if shown and urlsplit(shown).path == urlsplit(page).path else page


def query_shown(page: str) -> str | None:
    """The query that ``page`` has where this was sent from; ``None`` if that is another page."""
    shown = urlsplit(page_before() or "")
    return shown.query if shown.path == page else None


def safe_next(target: str | None) -> str | None:
    """``target`` if it is a path of this application, else ``None``: the only redirect check."""
    if not target or "\\" in target or any(ord(char) < 32 for char in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return None
    return target


def flash_undoable(message: str, undo: str, **fields: str) -> None:
    """A message with a button that takes it back: it sends ``fields`` to the address ``undo``."""
    flash({"text": message, "undo": undo, "fields": fields}, "success")  # type: ignore[arg-type]


def flash_leading(message: str, to: str, category: str) -> None:
    """A message that is a link to the address ``to``."""
    flash({"text": message, "to": to}, category)  # type: ignore[arg-type]


def dom_id(record: Any, part: str = "") -> str:
    """The id of a record's region: ``deal_12_card``."""
    return "_".join(filter(None, (record.__tablename__, str(record.id), part)))


class Components:
    """One file of macros under one name, so that a block rendered alone has them too."""

    def __init__(self, app: Flask, template: str) -> None:
        self._app = app
        self._template = template

    @cached_property
    def _module(self) -> Any:
        return self._app.jinja_env.get_template(self._template).module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def _flashes() -> str:
    messages = get_flashed_messages(with_categories=True)
    return render_page("layouts/flashes.stream.html", messages=messages) if messages else ""


def _vary(response: Response) -> Response:
    response.vary.add("HX-Request")
    response.vary.add("HX-Request-Type")
    return response


def _tell_what_was_saved(response: Response) -> Response:
    """A cookie for js/drafts.js: what was sent here is saved, so its draft can go."""
    if request.method == "POST" and response.status_code < 400 and current_user.is_authenticated:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        place = request.script_root + request.path  # as the form's own address has it
        response.set_cookie("saved", place, max_age=60, samesite="Lax", secure=secure)
    return response
