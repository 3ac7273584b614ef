"""Today; search, pickers, the trash and fields, which serve every noun; what a device keeps."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.home import (
    amounts,
    fields,
    file_restorations,
    files,
    histories,
    manifest,
    offline,
    picker_options,
    purges,
    searches,
    today,
    trash,
)
from crm.blueprints.records import PAGES


def register(app: Flask) -> None:
    app.register_blueprint(today.bp)
    app.register_blueprint(picker_options.bp)
    app.register_blueprint(amounts.bp)
    app.register_blueprint(searches.bp)
    app.register_blueprint(histories.bp)
    app.register_blueprint(trash.bp)
    app.register_blueprint(purges.bp)
    app.register_blueprint(files.bp)
    app.register_blueprint(file_restorations.bp)
    app.register_blueprint(manifest.bp)
    app.register_blueprint(offline.bp)
    for noun in (noun for noun, page in PAGES.items() if page.form):
        app.register_blueprint(
            fields.bp, name=f"{noun}_fields", url_defaults={"noun": noun},
            url_prefix=f"/{noun}s/<int:record_id>/fields",
        )  # fmt: skip
