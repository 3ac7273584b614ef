"""Addresses in mails and commands: built from ``CRM_BASE_URL``, never from a request's host."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app

from crm.models import OneTimeLink, User
from crm.models.session import LinkPurpose

# The pages that take a one-time secret.
PAGES = {LinkPurpose.SET_UP: "setup.new", LinkPurpose.SET_PASSWORD: "passwords.edit"}


def link(endpoint: str, **values: object) -> str:
    """The full address of a page; works without a request."""
    base = urlsplit(current_app.config["BASE_URL"])
    pages = current_app.url_map.bind(
        base.netloc, script_name=base.path or "/", url_scheme=base.scheme
    )
    return pages.build(endpoint, values, force_external=True)


def one_time_address(purpose: LinkPurpose, user: User | None = None) -> str:
    """A new address that works once; an older one for the same thing stops working."""
    return link(PAGES[purpose], token=OneTimeLink.make(purpose, user))
