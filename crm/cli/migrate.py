"""``crm migrate``: bring the database to the newest schema."""

from __future__ import annotations

import click

from crm.cli import Trouble, in_app
from crm.schema import NewerSchema, upgrade


@click.command("migrate")
@in_app
def command() -> None:
    """Bring the database to the newest schema; a newer one is left alone."""
    before, after = migrate()
    click.echo(
        f"Schema {after}" + (" (already)" if before == after else f" (was {before or 'empty'})")
    )


def migrate() -> tuple[str | None, str]:
    """Bring the database to the newest schema; returns the revision before and after.

    :raises Trouble: a newer program has been here.
    """
    try:
        return upgrade()
    except NewerSchema as error:
        raise Trouble(
            f"the database has schema {error.revision}, which is newer than this program: "
            "install the newer version again, or restore a backup"
        ) from error
