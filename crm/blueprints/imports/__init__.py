"""The import wizard: a file, what its columns mean, what would happen, the run, and its undoing."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.imports import (
    import_bad_rows,
    import_examples,
    import_mappings,
    import_runs,
    import_sheets,
    import_templates,
    import_undoings,
    import_values,
    import_writings,
)


def register(app: Flask) -> None:
    app.register_blueprint(import_runs.bp)
    app.register_blueprint(import_examples.bp)
    app.register_blueprint(import_sheets.bp)
    app.register_blueprint(import_mappings.bp)
    app.register_blueprint(import_templates.bp)
    app.register_blueprint(import_values.bp)
    app.register_blueprint(import_writings.bp)
    app.register_blueprint(import_bad_rows.bp)
    app.register_blueprint(import_undoings.bp)
