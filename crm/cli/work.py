"""``crm work``: the worker alone, for those who run it as a service of its own."""

from __future__ import annotations

import logging
import signal

import click
from flask import current_app

from crm import jobs
from crm.cli import Trouble, in_app
from crm.schema import is_current


@click.command("work")
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@in_app
def command(once: bool) -> None:
    """Carry out events, mails and the timetable until stopped; crm run does this by itself."""
    if not is_current():
        raise Trouble("the database does not have this program's schema: run crm migrate")
    if once:
        click.echo(f"Done: {jobs.run_once()}")
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stopping = jobs.stop_on(signal.SIGTERM, signal.SIGINT)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    jobs.work(app, stopping)
