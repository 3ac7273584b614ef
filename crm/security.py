"""The headers that keep a page to itself, and which hosts are answered."""

from __future__ import annotations

import re
from logging import LogRecord
from urllib.parse import urlsplit

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        # Receipts that are PDFs (files.send): no page of ours lets itself be framed.
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


# What stands in private addresses: 256 random bits in hex.
SECRET = re.compile(r"[0-9a-f]{64}")


def keep_private(response: Response) -> Response:
    """Nobody keeps or lists what is behind a private address, and that goes nowhere."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _hide_secrets(record: LogRecord) -> bool:
    """A failing page is logged with its address: not with the secret in it."""
    record.msg, record.args = SECRET.sub("…", record.getMessage()), ()
    return True


def init_app(app: Flask) -> None:
    """Answer only to the configured host, and send the headers with every response."""
    app.logger.addFilter(_hide_secrets)
    host = urlsplit(app.config["BASE_URL"]).hostname or ""
    app.config["TRUSTED_HOSTS"] = [host, "127.0.0.1", "localhost"]
    secure = app.config["BASE_URL"].startswith("https://")

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint not in {"assets.file", "assets.stylesheet"}:
            response.vary.add("Cookie")
            headers.setdefault("Cache-Control", "no-store")
        return response
