"""``crm demo``: an empty database becomes the demo firm with a year of history."""

from __future__ import annotations

import time

import click
from flask import current_app
from sqlalchemy import func, select

from crm import demo
from crm.cli import Trouble, in_app
from crm.cli.migrate import migrate
from crm.cli.printing import table
from crm.demo import clearing, people
from crm.extensions import db
from crm.models import Company, Role, User
from crm.unused_files import remove


@click.command("demo")
@click.option("--reset", is_flag=True, help="Make an existing demo again from the beginning.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database is in use.")
@in_app
def command(reset: bool, if_empty: bool) -> None:
    """Fill an empty database with the demo firm, and print how to sign in."""
    migrate()
    if Company.current().is_demo and not reset:
        click.echo("This is the demo already; crm demo --reset makes it again.")
        print_sign_ins()
        return
    if not Company.current().is_demo and is_in_use():
        if if_empty:
            return
        raise Trouble(
            "this database is in use: the demo wants an empty one. "
            "Point CRM_INSTANCE or CRM_DATABASE_URL somewhere else"
        )
    old_files = clearing.clear() if Company.current().is_demo else []
    click.echo("Building the demo, this takes some seconds …")
    demo.build(Company.current().today())
    db.session.commit()
    remove(old_files, before=time.time())
    print_sign_ins()


def is_in_use() -> bool:
    """Whether somebody works here: there is a company or a user."""
    counts = (select(func.count()).select_from(kind) for kind in (Company, User))
    return any(db.session.scalar(count) for count in counts)


def print_sign_ins() -> None:
    """The address, and one user name for each role."""
    users = db.session.scalars(User.with_rights().order_by(User.id)).unique().all()
    rows = [("User name", "Password", "Role", "Name")]
    for role in Role:
        user = next((user for user in users if user.has_role(role) and user.is_active), None)
        if user is not None:
            rows.append((user.username, people.PASSWORD, role.value, user.name))
    click.echo(f"\n{current_app.config['BASE_URL']}\n\n{table(rows)}\n")
