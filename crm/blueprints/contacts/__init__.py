"""Customers, their contacts, and what happened with them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.contacts import (
    activities,
    activity_corrections,
    collaborators,
    contact_cards,
    contact_moves,
    contacts,
    customers,
    data_quality,
    distinctions,
    duplicates,
    expense_files,
    likely_twins,
    merges,
    option_statistics,
    option_statistics_exports,
    pool_claims,
    pool_releases,
    quick_contacts,
    quick_customers,
)


def register(app: Flask) -> None:
    app.register_blueprint(customers.bp)
    app.register_blueprint(contacts.bp)
    app.register_blueprint(contact_cards.bp)
    app.register_blueprint(contact_moves.bp)
    app.register_blueprint(option_statistics.bp)
    app.register_blueprint(option_statistics_exports.bp)
    app.register_blueprint(collaborators.bp)
    app.register_blueprint(expense_files.bp)
    app.register_blueprint(activities.bp)
    app.register_blueprint(activity_corrections.bp)
    app.register_blueprint(quick_customers.bp)
    app.register_blueprint(quick_contacts.bp)
    app.register_blueprint(likely_twins.bp)
    app.register_blueprint(duplicates.bp)
    app.register_blueprint(distinctions.bp)
    app.register_blueprint(merges.bp)
    app.register_blueprint(pool_claims.bp)
    app.register_blueprint(pool_releases.bp)
    app.register_blueprint(data_quality.bp)
