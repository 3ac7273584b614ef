"""``crm doctor``: is everything well, and if not, what to do."""

from __future__ import annotations

import click

from crm.cli import in_app
from crm.cli.printing import in_english
from crm.extensions import db
from crm.queries import health
from crm.queries.health import Level

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}


@click.command("doctor")
@click.option("--retry", is_flag=True, help="Try again now what failed: events, mails, jobs.")
@in_app
def command(retry: bool) -> None:
    """Check database, queues, mail, disk and settings; exit code 1 if something is bad."""
    in_english()
    if retry:
        count = health.retry_failed()
        db.session.commit()
        click.echo(f"Trying again: {count}")
    checks = health.checks()
    for check in checks:
        mark = click.style(f"{check.level:<4}", fg=COLOURS[check.level])
        click.echo(f"{mark}  {check.name}: {check.found}")
        if check.remedy:
            click.echo(f"      → {check.remedy}")
    if any(check.level is Level.BAD for check in checks):
        raise SystemExit(1)
