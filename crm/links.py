"""Addresses in mails and commands: built from ``CRM_BASE_URL``, never from a request's host."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app


def link(endpoint: str, **values: object) -> str:
    """The full address of a page; works without a request."""
    base = urlsplit(current_app.config["BASE_URL"])
    pages = current_app.url_map.bind(
        base.netloc, script_name=base.path or "/", url_scheme=base.scheme
    )
    return pages.build(endpoint, values, force_external=True)
