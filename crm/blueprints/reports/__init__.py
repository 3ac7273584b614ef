"""Reports: what became of the deals, and what is to come of them; quotas."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.reports import (
    daily_report_comments,
    daily_reports,
    quota_copies,
    quotas,
    report_exports,
    reports,
    source_costs,
)


def register(app: Flask) -> None:
    app.register_blueprint(daily_reports.bp)
    app.register_blueprint(daily_report_comments.bp)
    app.register_blueprint(reports.bp)
    app.register_blueprint(report_exports.bp)
    app.register_blueprint(quotas.bp)
    app.register_blueprint(quota_copies.bp)
    app.register_blueprint(source_costs.bp)
