"""The headers that keep a page to itself, and which hosts are answered."""

from __future__ import annotations

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


def init_app(app: Flask) -> None:
    """Answer only to the configured host, and send the headers with every response."""
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
