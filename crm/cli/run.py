"""``crm run``: the web server and the worker, as one service."""

from __future__ import annotations

from functools import partial

import click
from flask import current_app
from sqlalchemy import func, select

from crm import server
from crm.cli import Trouble, in_app
from crm.cli.migrate import migrate
from crm.extensions import db
from crm.links import link
from crm.models import OneTimeLink, User
from crm.models.session import LinkPurpose


@click.command("run")
@click.option("--host", help="Address to listen on; default: CRM_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default: CRM_PORT.")
@click.option(
    "--processes", type=click.IntRange(1), help="Web processes; default: CRM_WEB_PROCESSES."
)
@in_app
def command(host: str | None, port: int | None, processes: int | None) -> None:
    """Serve until stopped; the database gets the newest schema first."""
    config = current_app.config
    host, port = host or config["HOST"], port or config["PORT"]
    before, after = migrate()
    if before != after:
        click.echo(f"Schema {after} (was {before or 'empty'})")
    set_up = _set_up_link()
    db.session.remove()
    db.engine.dispose()  # the processes open their own connections
    try:
        server.serve(
            host, port, processes=processes or config["WEB_PROCESSES"],
            threads=config["WEB_THREADS"], started=partial(_announce, host, port, set_up),
        )  # fmt: skip
    except server.PortTaken as error:
        raise Trouble(
            f"cannot listen on {host}:{port}: {error}; choose another with --port or CRM_PORT"
        ) from error


def _set_up_link() -> str | None:
    """The address that makes the first user, while there is none; an older one stops working."""
    if db.session.scalar(select(func.count()).select_from(User)):
        return None
    address = link("setup.new", token=OneTimeLink.make(LinkPurpose.SET_UP))
    db.session.commit()
    return address


def _announce(host: str, port: int, set_up: str | None) -> None:
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Listening on http://{shown}:{port}, for {current_app.config['BASE_URL']}")
    if set_up:
        click.echo(f"Nobody can sign in yet. Set up the company here, within 48 hours:\n  {set_up}")
