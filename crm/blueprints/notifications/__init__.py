"""What somebody is told by itself: the bell, the list, and how each kind reaches them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.notifications import (
    bells,
    notification_choices,
    notification_readings,
    notifications,
)
from crm.queries.notifications import unread_count


def register(app: Flask) -> None:
    app.register_blueprint(notifications.bp)
    app.register_blueprint(notification_readings.bp)
    app.register_blueprint(bells.bp)
    app.register_blueprint(notification_choices.bp)
    # Asked by the bell of every page.
    app.jinja_env.globals["unread_count"] = unread_count
