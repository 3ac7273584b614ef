"""Customers, their contacts, and what happened with them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.contacts import (
    activities,
    activity_corrections,
    activity_restorations,
    collaborators,
    contacts,
    customers,
    expense_files,
    quick_contacts,
    quick_customers,
)


def register(app: Flask) -> None:
    app.register_blueprint(customers.bp)
    app.register_blueprint(contacts.bp)
    app.register_blueprint(collaborators.bp)
    app.register_blueprint(expense_files.bp)
    app.register_blueprint(activities.bp)
    app.register_blueprint(activity_corrections.bp)
    app.register_blueprint(activity_restorations.bp)
    app.register_blueprint(quick_customers.bp)
    app.register_blueprint(quick_contacts.bp)
