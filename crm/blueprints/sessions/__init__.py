"""Signing in and out, first set-up, passwords, devices, preferences."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.sessions import (
    delegations,
    devices,
    passwords,
    preferences,
    profile,
    sessions,
    setup,
)


def register(app: Flask) -> None:
    app.register_blueprint(sessions.bp)
    app.register_blueprint(setup.bp)
    app.register_blueprint(passwords.bp)
    app.register_blueprint(devices.bp)
    app.register_blueprint(preferences.bp)
    app.register_blueprint(profile.bp)
    app.register_blueprint(delegations.bp)
