"""The triggers that hold what is paid are there after every start, whatever happened before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from crm import paid_guard, schema
from crm.extensions import db
from tests.cast import Cast


def lost(connection: Connection) -> None:
    """An upgrade was stopped half way."""
    paid_guard.drop(connection)


def stale(connection: Connection) -> None:
    """One is from an older program, and guards less."""
    if connection.dialect.name == "postgresql":
        body = f"BEGIN PERFORM '{paid_guard.REFUSAL}'; RETURN NEW; END"
        connection.execute(text(
            "CREATE OR REPLACE FUNCTION payout_paid_update() RETURNS trigger"
            f" LANGUAGE plpgsql AS $${body}$$"
        ))  # fmt: skip
        return
    connection.execute(text("DROP TRIGGER payout_paid_update"))
    connection.execute(text(
        "CREATE TRIGGER payout_paid_update BEFORE UPDATE OF amount ON payout"
        f" BEGIN SELECT RAISE(ABORT, '{paid_guard.REFUSAL}'); END"
    ))  # fmt: skip


def switched_off(connection: Connection) -> None:
    """Somebody wanted to repair something by hand."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE payout DISABLE TRIGGER USER"))
    else:
        connection.execute(text("DROP TRIGGER payout_paid_delete"))


@pytest.mark.parametrize("broken", [lost, stale, switched_off])
def test_the_next_start_puts_them_in_their_place(
    cast: Cast, broken: Callable[[Connection], None]
) -> None:
    with db.engine.begin() as connection:
        assert paid_guard.are_there(connection)
        broken(connection)
        assert not paid_guard.are_there(connection)
    schema.upgrade()
    with db.engine.connect() as connection:
        assert paid_guard.are_there(connection)
