"""Today: the page after signing in."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.home import today


def register(app: Flask) -> None:
    app.register_blueprint(today.bp)
