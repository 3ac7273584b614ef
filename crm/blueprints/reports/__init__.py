"""Reports: what became of the deals, and what is to come of them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.reports import report_exports, reports


def register(app: Flask) -> None:
    app.register_blueprint(reports.bp)
    app.register_blueprint(report_exports.bp)
