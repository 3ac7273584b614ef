"""The command ``crm``: one module per command, gathered here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from crm.config import SettingError

# Commands by module; each module offers ``command``.
MODULES = ("run", "work", "setup", "demo", "import_", "user", "doctor", "migrate")


class Trouble(click.ClickException):
    """What is wrong and how to mend it, in one line; exit code 1."""


def main() -> None:
    """The entry point: settings and databases that cannot be used are one clear line."""
    try:
        crm()
    except SettingError as error:
        sys.exit(f"crm: {error}")
    except (OperationalError, ProgrammingError) as error:
        sys.exit(f"crm: the database cannot be used: {first_line(error)}")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def crm() -> None:
    """A customer-relationship system for a small manufacturer."""


def in_app(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside an application context, made when it is called."""

    @wraps(function)
    def with_app(*args: Any, **kwargs: Any) -> Any:
        from flask import has_app_context

        if has_app_context():
            return function(*args, **kwargs)
        from crm import create_app

        with create_app().app_context():
            return function(*args, **kwargs)

    return with_app


def first_line(error: Exception) -> str:
    """The first line of what a database driver says."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def init_app(app: Flask) -> None:
    """Offer the same commands as ``flask crm …`` for development."""
    app.cli.add_command(crm, "crm")


def _gather() -> None:
    from importlib import import_module

    for name in MODULES:
        crm.add_command(import_module(f"crm.cli.{name}").command)


_gather()
