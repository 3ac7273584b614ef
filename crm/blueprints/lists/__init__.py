"""What every list can do: be seen under a name, be changed many rows at once, become a file."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.lists import batch_restorations, batches, exports, saved_views


def register(app: Flask) -> None:
    app.register_blueprint(saved_views.bp)
    app.register_blueprint(batches.bp)
    app.register_blueprint(batch_restorations.bp)
    app.register_blueprint(exports.bp)
