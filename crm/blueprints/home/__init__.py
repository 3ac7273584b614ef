"""Today, the page after signing in, and what serves every noun: search, pickers, the trash."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.home import picker_options, searches, today, trash


def register(app: Flask) -> None:
    app.register_blueprint(today.bp)
    app.register_blueprint(picker_options.bp)
    app.register_blueprint(searches.bp)
    app.register_blueprint(trash.bp)
