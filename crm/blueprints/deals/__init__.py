"""Deals: the list, the board, and their way through the stages."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.deals import (
    board,
    board_changes,
    board_columns,
    checklist_ticks,
    close_moves,
    deal_clones,
    deal_collaborators,
    deal_competitors,
    deal_contacts,
    deal_lines,
    deal_moves,
    deal_outcomes,
    deal_owners,
    deal_pipelines,
    deals,
    forecast,
    snoozes,
)


def register(app: Flask) -> None:
    app.register_blueprint(board.bp)
    app.register_blueprint(board_columns.bp)
    app.register_blueprint(board_changes.bp)
    app.register_blueprint(deals.bp)
    app.register_blueprint(deal_moves.bp)
    app.register_blueprint(deal_outcomes.bp)
    app.register_blueprint(deal_pipelines.bp)
    app.register_blueprint(deal_owners.bp)
    app.register_blueprint(deal_clones.bp)
    app.register_blueprint(checklist_ticks.bp)
    app.register_blueprint(deal_lines.bp)
    app.register_blueprint(deal_collaborators.bp)
    app.register_blueprint(deal_competitors.bp)
    app.register_blueprint(deal_contacts.bp)
    app.register_blueprint(snoozes.bp)
    app.register_blueprint(forecast.bp)
    app.register_blueprint(close_moves.bp)
