"""Customers, their contacts, and what happened with them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.contacts import (
    activities,
    contacts,
    customers,
    picker_options,
    trash,
)


def register(app: Flask) -> None:
    app.register_blueprint(customers.bp)
    app.register_blueprint(picker_options.bp)
    app.register_blueprint(contacts.bp)
    app.register_blueprint(activities.bp)
    app.register_blueprint(trash.bp)
