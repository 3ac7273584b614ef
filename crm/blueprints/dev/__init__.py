"""Pages for whoever changes the code: every component, every mail. Only with ``CRM_DEV=1``."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.dev import components, mail_texts, mails


def register(app: Flask) -> None:
    app.register_blueprint(components.bp)
    app.register_blueprint(mails.bp)
    app.register_blueprint(mail_texts.bp)
