"""The application factory: configuration, then extensions, blueprints, errors and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from crm import (
    assets,
    blueprints,
    cli,
    config,
    cost_words,
    errors,
    extensions,
    hypermedia,
    security,
    signing_in,
    templating,
    units,
)

__version__ = "0.1.0"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application.

    :param overrides: Flask configuration keys that win over the environment; tests use it.
    :raises crm.config.SettingError: a ``CRM_*`` variable cannot be used; the message names it.
    """
    settings = config.load(overrides)
    app = Flask(__name__, instance_path=settings["INSTANCE"], static_folder=None)
    app.config.update(settings)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]

    extensions.init_app(app)
    signing_in.init_app(app)
    hypermedia.init_app(app)
    templating.init_app(app)
    units.init_app(app)
    cost_words.init_app(app)
    assets.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    blueprints.init_app(app)
    cli.init_app(app)
    return app
