"""The calendar."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.calendar import calendar, calendar_feeds, calendar_moves


def register(app: Flask) -> None:
    app.register_blueprint(calendar.bp)
    app.register_blueprint(calendar_moves.bp)
    app.register_blueprint(calendar_feeds.bp)
