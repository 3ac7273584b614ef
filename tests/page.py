"""A client that acts as one person and checks every page it gets.

One h1, a title that begins with it, unique ids, labelled inputs, forms with action and token,
no missing translation, no inline script, style or handler; a fragment has no ``<html>``.
"""

from __future__ import annotations

import re
from collections import Counter
from contextvars import Context
from html import unescape
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.extensions import db
from crm.models import User, UserSession
from crm.signing_in import SESSION_COOKIE

VOID = {"input", "br", "hr", "img", "meta", "link", "source", "use", "path", "col"}

# What stands between "<" and ">": a comment, a doctype, or a tag with its attributes. Python's own
# parser takes twice as long, and lets a stray "<" pass.
MARK = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>"
    r"|<(/?)([a-z][^\s/>]*)((?>[^>\"']+|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")


class Page:
    """A parsed page: enough structure to check it and to find its forms and texts."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[dict[str, Any]] = []
        self.h1: list[str] = []
        self.title = ""
        self._open: list[str] = []
        self._form: dict[str, Any] | None = None
        self._labels = 0
        self._chunks: list[str] = []
        self._select: dict[str, Any] | None = None
        self._textarea: str | None = None
        self._read(html)

    def _read(self, html: str) -> None:
        behind = 0
        for mark in MARK.finditer(html):
            start, end = mark.span()
            if behind < start:
                self._data(html[behind:start])
            behind = end
            ends, tag, attributes = mark.groups()
            if ends:
                self._end(tag.lower())
            elif tag:
                self._start(tag.lower(), _values(attributes))
                if attributes.endswith("/"):
                    self._end(tag.lower())
        if behind < len(html):
            self._data(html[behind:])

    def _start(self, tag: str, values: dict[str, str]) -> None:
        self.tags.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self._form = {**values, "fields": {}, "inputs": []}
            self.forms.append(self._form)
        if tag == "h1":
            self.h1.append("")
        if tag in {"input", "select", "textarea"}:
            values["_labelled"] = str(
                "aria-label" in values or "aria-labelledby" in values or "label" in self._open
            )
            if self._form is not None and "name" in values:
                self._form["inputs"].append(values)
                if (
                    values.get("type") not in {"checkbox", "radio", "submit", "file"}
                    or "checked" in values
                ):
                    self._form["fields"][values["name"]] = values.get("value", "")
            if tag == "select":
                self._select = values
            if tag == "textarea":
                self._textarea = values.get("name", "")
        if tag == "option" and self._select is not None and self._form is not None:
            # Where none is selected, the first one is sent.
            if "selected" in values or "_first" not in self._select:
                self._form["fields"][self._select.get("name", "")] = values.get("value", "")
            self._select["_first"] = "seen"

    def _end(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._textarea = None

    def _data(self, data: str) -> None:
        assert "<" not in data, f"no tag and no text: {data[data.index('<') :][:60]}"
        data = unescape(data)
        self._chunks.append(data)
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        if "h1" in self._open:
            self.h1[-1] += data
        if self._textarea is not None and self._form is not None:
            self._form["fields"][self._textarea] = (
                self._form["fields"].get(self._textarea, "") + data
            )

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        return " ".join(" ".join(self._chunks).split())

    def form(self, action: str) -> dict[str, Any]:
        """The form whose action ends with ``action``; one that writes before one that asks.

        One whose action is just that comes before those of lists, which the palette takes out.
        """

        def path(form: dict[str, Any]) -> str:
            return str(form.get("action", "")).split("?")[0]

        fitting = [form for form in self.forms if path(form).endswith(action)]
        return min(
            fitting,
            key=lambda form: (form.get("method", "get").lower() != "post", path(form) != action),
        )

    @property
    def mark(self) -> str:
        """What the button sends that says what was asked about is meant."""
        return next(values["value"] for _, values in self.tags if values.get("name") == "confirmed")

    def with_id(self, wanted: str) -> bool:
        return any(values.get("id") == wanted for _, values in self.tags)


def _values(attributes: str) -> dict[str, str]:
    """The attributes by name; one without a value has an empty one."""
    if not attributes:
        return {}
    values = {
        name.lower(): double or single or bare
        for name, double, single, bare in ATTRIBUTE.findall(attributes)
    }
    if "&" in attributes:
        values = {name: unescape(value) for name, value in values.items()}
    return values


def hand_over() -> None:
    """Let others go on where the test has been: what it wrote is there, and it holds no lock."""
    if has_app_context():
        db.session.commit()
        db.session.expire_all()


class Client(FlaskClient):
    """Requests as the server gets them: in a context of their own, where nothing of the test is.

    Inside the test's context they would share its session and ``g``, and so whoever was signed in
    with the request before.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        hand_over()
        response: TestResponse = Context().run(super().open, *args, **kwargs)
        response.request.environ["wsgi.input"].close()  # a large body lies in a temporary file
        return response


class Browser:
    """One person's browser without JavaScript; ``htmx=True`` asks as htmx would."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = Client(app, app.response_class)
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.user = ""

    def sign_in(self, username: str) -> Browser:
        """Become this person, by a session row as signing in makes it."""
        hand_over()
        with self.app.app_context():
            user = db.session.scalars(db.select(User).where(User.username == username)).one()
            secret = UserSession.begin(user, device="test", address="127.0.0.1")
            db.session.commit()
        self.client.set_cookie(SESSION_COOKIE, secret)
        self.user = username
        return self

    def get(self, path: str, *, status: int = 200, htmx: str | bool = False, **kwargs: Any) -> Page:
        """Open a page, and check it."""
        response = self.client.get(path, headers=_headers(htmx), **kwargs)
        return self._checked(response, path, status, htmx)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, status: int = 303,
        htmx: str | bool = False, **kwargs: Any,
    ) -> Page:  # fmt: skip
        """Send a form with its token, and check the answer."""
        data = {"csrf_token": self.token(), **(data or {})}
        response = self.client.post(path, data=data, headers=_headers(htmx), **kwargs)
        return self._checked(response, path, status, htmx)

    def submit(
        self, page: Page, action: str, status: int = 303, htmx: str | bool = False, **typed: Any
    ) -> Page:
        """Fill the form of ``page`` that goes to ``action`` and send it."""
        form = page.form(action)
        return self.post(form["action"], {**form["fields"], **typed}, status=status, htmx=htmx)

    def follow(self) -> Page:
        """Open the page that the last answer redirected to."""
        return self.get(self.location)

    @property
    def location(self) -> str:
        """Where the last answer leads."""
        return self.last.headers.get("HX-Redirect") or self.last.headers["Location"]

    def token(self) -> str:
        """A form token of this browser's session."""
        from flask_wtf.csrf import generate_csrf

        with self.client.session_transaction() as stored:
            kept = dict(stored)
        with self.app.test_request_context():
            from flask import g, session

            session.update(kept)
            token = generate_csrf()
            kept = dict(session)
            g.pop("csrf_token", None)
        with self.client.session_transaction() as stored:
            stored.update(kept)
        return token

    def _checked(self, response: TestResponse, path: str, status: int, htmx: str | bool) -> Page:
        self.last = response
        body = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        assert response.status_code == status, (
            f"{path} answered {response.status_code}, not {status}: {Page(body).text[:600]}"
        )
        page = Page(body)
        if (response.mimetype == "text/html" and body and status < 300) or status in {
            403,
            404,
            409,
            410,
            422,
        }:
            check_page(page, path, is_fragment=bool(htmx))
        return page


def _headers(htmx: str | bool) -> dict[str, str]:
    if not htmx:
        return {}
    target = htmx if isinstance(htmx, str) else "div#x"
    return {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": target}


def check_page(page: Page, path: str, *, is_fragment: bool) -> None:
    """What holds for every page."""
    html_tags = [values for tag, values in page.tags if tag == "html"]
    if is_fragment:
        assert not html_tags, f"{path}: a fragment with <html>"
    else:
        assert len(page.h1) == 1, f"{path}: {len(page.h1)} h1"
        heading = " ".join(page.h1[0].split())
        assert page.title.strip().startswith(heading), (
            f"{path}: title {page.title!r}, h1 {heading!r}"
        )
        assert html_tags, f"{path}: no html"
        assert html_tags[0].get("lang"), f"{path}: no lang"
    ids = Counter(values["id"] for _, values in page.tags if "id" in values)
    assert not (twice := [name for name, count in ids.items() if count > 1]), f"{path}: ids {twice}"
    labelled = {values["for"] for tag, values in page.tags if tag == "label" and "for" in values}
    for tag, values in page.tags:
        if tag in {"input", "select", "textarea"} and values.get("type") not in {
            "hidden",
            "submit",
        }:
            known = values.get("id") in labelled or values["_labelled"] == "True"
            assert known, f"{path}: {tag} {values.get('name')} has no label"
        assert not any(name.startswith(("on", "hx-on")) or name == "style" for name in values), (
            f"{path}: inline handler or style on {tag}: {values}"
        )
        if tag == "script":
            assert values.get("src"), f"{path}: inline script"
        if tag == "img":
            assert "alt" in values, f"{path}: picture without alt"
    for form in page.forms:
        assert form.get("action"), f"{path}: form without action"
        if form.get("method", "get").lower() == "post":
            assert "csrf_token" in form["fields"], f"{path}: {form['action']} without token"
    hole = re.search(r".{0,30}(\bNone\b|Undefined|%\(\w+\)s|\{\{|\}\}).{0,30}", page.text)
    assert not hole, f"{path}: a hole in the text: {hole}"
