"""Approvals: what waits for me, deciding it, and the link in the mail."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.approvals import (
    added_approvers,
    approval_comments,
    approval_links,
    approval_reminders,
    decided_requests,
    decision_batches,
    decisions,
    link_receipts,
    link_reviews,
    others_requests,
    requests,
)


def register(app: Flask) -> None:
    app.register_blueprint(requests.bp)
    app.register_blueprint(decided_requests.bp)
    app.register_blueprint(others_requests.bp)
    app.register_blueprint(decisions.bp)
    app.register_blueprint(approval_comments.bp)
    app.register_blueprint(approval_reminders.bp)
    app.register_blueprint(added_approvers.bp)
    app.register_blueprint(decision_batches.bp)
    app.register_blueprint(approval_links.bp)
    app.register_blueprint(link_reviews.bp)
    app.register_blueprint(link_receipts.bp)
