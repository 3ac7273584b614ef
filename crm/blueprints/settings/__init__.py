"""Settings that administrators change in the browser."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.settings import company, exchange_rates


def register(app: Flask) -> None:
    app.register_blueprint(company.bp)
    app.register_blueprint(exchange_rates.bp)
