"""A browser's worth of HTTP from the standard library: kept alive, signed in, reading forms."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask

# What browsers say; the answers we measure are compressed as theirs are.
COMPRESSED = {"Accept-Encoding": "gzip, deflate, br, zstd"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class WrongAnswer(Exception):
    """The server answered something else than what is measured."""


class Answer(NamedTuple):
    status: int
    cookies: list[str]
    body: bytes


# Sends (method, path, headers, body).
Transport = Callable[[str, str, dict[str, str], str | None], Answer]


class Request(NamedTuple):
    """One request of those that are measured: ``fields`` make it a form that is sent."""

    path: str
    fields: dict[str, str] | None = None
    expect: int = 200
    htmx: bool = False


class Client:
    """One person's browser, on one connection."""

    def __init__(self, transport: Transport, cookies: dict[str, str] | None = None) -> None:
        self._transport = transport
        self.cookies = cookies or {}

    def sign_in(self, username: str, password: str) -> None:
        """Through the real form.

        :raises WrongAnswer: the server did not let us in.
        """
        form = next(form for form in forms_in(self.text("/sign-in")) if "password" in form.fields)
        fields = {**form.fields, "login": username, "password": password}
        self.send(Request("/sign-in", fields, expect=303))

    def send(self, request: Request, *, headers: dict[str, str] | None = None) -> bytes:
        """What the server answers.

        :raises WrongAnswer: with another status than expected.
        """
        sent = {"Accept-Language": "zh-CN,zh;q=0.9", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if request.htmx:
            sent |= HTMX
        if request.fields is None:
            answer = self._transport("GET", request.path, sent, None)
        else:
            answer = self._transport("POST", request.path, sent | FORM, urlencode(request.fields))
        for header in answer.cookies:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if answer.status != request.expect:
            raise WrongAnswer(f"{request.path}: {answer.status}, not {request.expect}")
        return answer.body

    def text(self, path: str, *, htmx: bool = False) -> str:
        """A page, or a fragment of one."""
        return self.send(Request(path, htmx=htmx)).decode()


def over_http(host: str, port: int) -> Transport:
    """A connection of its own, kept alive."""
    connection = HTTPConnection(host, port, timeout=60)

    def transport(method: str, path: str, headers: dict[str, str], body: str | None) -> Answer:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        cookies = response.headers.get_all("Set-Cookie", [])
        return Answer(response.status, cookies, response.read())

    return transport


def in_process(app: Flask) -> Transport:
    """Without a server, to count what the application does."""
    client = app.test_client(use_cookies=False)

    def transport(method: str, path: str, headers: dict[str, str], body: str | None) -> Answer:
        response = client.open(path, method=method, headers=headers, data=body)
        return Answer(response.status_code, response.headers.getlist("Set-Cookie"), response.data)

    return transport


class Form(NamedTuple):
    """A form of a page, filled as it came."""

    action: str
    fields: dict[str, str]


def forms_in(html: str) -> list[Form]:
    """The forms of a page."""
    reader = _FormReader()
    reader.feed(html)
    return reader.forms


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = dict(attributes)
        fields = self.forms[-1].fields if self.forms else {}
        if tag == "form":
            self.forms.append(Form(values.get("action") or "", {}))
        elif tag == "select":
            self._select = values.get("name") or ""
        elif tag == "option" and self._select:
            if "selected" in values or self._select not in fields:
                fields[self._select] = values.get("value") or ""
        elif tag in {"input", "textarea"} and "name" in values and values.get("type") != "checkbox":
            fields[values["name"]] = values.get("value") or ""
