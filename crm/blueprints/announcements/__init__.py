"""Announcements: what all or a team are to know, pinned on Today, with who has read it."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.announcements import (
    announcement_readings,
    announcement_reminders,
    announcements,
    takedowns,
)


def register(app: Flask) -> None:
    app.register_blueprint(announcements.bp)
    app.register_blueprint(announcement_readings.bp)
    app.register_blueprint(announcement_reminders.bp)
    app.register_blueprint(takedowns.bp)
