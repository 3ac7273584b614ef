"""Expense claims: items, receipts, submission and payment."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.expenses import (
    claims,
    expense_items,
    payments,
    receipts,
    submissions,
)


def register(app: Flask) -> None:
    app.register_blueprint(claims.bp)
    app.register_blueprint(expense_items.bp)
    app.register_blueprint(receipts.bp)
    app.register_blueprint(submissions.bp)
    app.register_blueprint(payments.bp)
