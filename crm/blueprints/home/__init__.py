"""Today; search, pickers and the trash, which serve every noun; what a device keeps."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.home import manifest, offline, picker_options, searches, today, trash


def register(app: Flask) -> None:
    app.register_blueprint(today.bp)
    app.register_blueprint(picker_options.bp)
    app.register_blueprint(searches.bp)
    app.register_blueprint(trash.bp)
    app.register_blueprint(manifest.bp)
    app.register_blueprint(offline.bp)
