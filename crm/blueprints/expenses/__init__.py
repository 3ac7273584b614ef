"""Expense claims: items, receipts, submission and payment."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.expenses import (
    account_codes,
    advance_payments,
    advance_submissions,
    advances,
    bank_accounts,
    books,
    budgets,
    claim_copies,
    claim_papers,
    claim_pdfs,
    claims,
    counter_entries,
    expense_items,
    item_limits,
    payment_batches,
    payment_exports,
    quick_item_limits,
    quick_items,
    receipt_views,
    receipts,
    repayments,
    splits,
    submissions,
)


def register(app: Flask) -> None:
    app.register_blueprint(claims.bp)
    app.register_blueprint(expense_items.bp)
    app.register_blueprint(budgets.bp)
    app.register_blueprint(item_limits.bp)
    app.register_blueprint(receipts.bp)
    app.register_blueprint(receipt_views.bp)
    app.register_blueprint(submissions.bp)
    app.register_blueprint(splits.bp)
    app.register_blueprint(claim_copies.bp)
    app.register_blueprint(quick_item_limits.bp)
    app.register_blueprint(quick_items.bp)
    app.register_blueprint(advances.bp)
    app.register_blueprint(advance_submissions.bp)
    app.register_blueprint(advance_payments.bp)
    app.register_blueprint(repayments.bp)
    app.register_blueprint(counter_entries.bp)
    app.register_blueprint(payment_batches.bp)
    app.register_blueprint(books.bp)
    app.register_blueprint(claim_papers.bp)
    app.register_blueprint(claim_pdfs.bp)
    app.register_blueprint(account_codes.bp)
    app.register_blueprint(bank_accounts.bp)
    app.register_blueprint(payment_exports.bp)
