"""Approvals: what waits for me, deciding it, and the link in the mail."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.approvals import (
    approval_links,
    decisions,
    link_receipts,
    link_reviews,
    requests,
)


def register(app: Flask) -> None:
    app.register_blueprint(requests.bp)
    app.register_blueprint(decisions.bp)
    app.register_blueprint(approval_links.bp)
    app.register_blueprint(link_reviews.bp)
    app.register_blueprint(link_receipts.bp)
