"""``crm run``: the web server and the worker, as one service."""

from __future__ import annotations

import os
from functools import partial

import click
from flask import current_app
from sqlalchemy import func, select

from crm import server
from crm.cli import Trouble, in_app
from crm.cli.migrate import migrate
from crm.cli.printing import HOURS
from crm.extensions import db
from crm.links import one_time_address
from crm.models import User
from crm.models.session import LinkPurpose


@click.command("run")
@click.option("--host", help="Address to listen on; default: CRM_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default: CRM_PORT.")
@click.option(
    "--processes", type=click.IntRange(1), help="Web processes; default: CRM_WEB_PROCESSES."
)
def command(host: str | None, port: int | None, processes: int | None) -> None:
    """Serve until stopped; the database gets the newest schema first."""
    chosen = {"CRM_HOST": host, "CRM_PORT": port, "CRM_WEB_PROCESSES": processes}
    # The options are settings for this once: the processes that are started read them too.
    os.environ.update({name: str(value) for name, value in chosen.items() if value})
    _run()


@in_app
def _run() -> None:
    config = current_app.config
    host, port = config["HOST"], config["PORT"]
    address = _free_address(host, port)
    before, after = migrate()
    if before != after:
        click.echo(f"Schema {after} (was {before or 'empty'})")
    set_up = _set_up_address()
    db.session.remove()
    db.engine.dispose()  # the processes open their own connections
    server.serve(
        address,
        port,
        processes=config["WEB_PROCESSES"],
        threads=config["WEB_THREADS"],
        started=partial(_announce, host, port, set_up),
    )


def _free_address(host: str, port: int) -> str:
    try:
        return server.free_address(host, port)
    except server.PortTaken as error:
        raise Trouble(
            f"cannot listen on {host}:{port}: {error}; choose another with --port or CRM_PORT"
        ) from error


def _set_up_address() -> str | None:
    """Where the first user is made, while there is none; an older address stops working."""
    if db.session.scalar(select(func.count()).select_from(User)):
        return None
    address = one_time_address(LinkPurpose.SET_UP)
    db.session.commit()
    return address


def _announce(host: str, port: int, set_up: str | None) -> None:
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Listening on http://{shown}:{port}, for {current_app.config['BASE_URL']}")
    if set_up:
        click.echo(f"Nobody can sign in yet. Set it up here, within {HOURS} hours:\n  {set_up}")
