"""What is paid stays as it is: the database itself refuses to change it, whoever asks.

The verbs refuse it first, and say why. Triggers hold what no verb should get past: neither are
rows changed or deleted, nor does anything come to what is paid. Columns that may change after all
are named; whatever else a table has now or later does not. Customer and deal of a cost may: who
the customer is can change by a merge.

A migration that rebuilds a table drops its triggers, and SQLite minds those that name a table
which is gone for a moment: ``migrations/env.py`` takes them away before and makes them anew after,
in the same transaction. Whoever carries ``REFUSAL`` is ours, of whatever version it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

REFUSAL = "what is paid does not change"

_PAID_CLAIM = "EXISTS (SELECT 1 FROM expense_claim WHERE id = {row}.claim_id AND state = 'paid')"
_PAID_RECEIPT = (
    "{row}.record_kind = 'expense_item' AND EXISTS (SELECT 1 FROM expense_item"
    " JOIN expense_claim ON expense_claim.id = expense_item.claim_id"
    " WHERE expense_item.id = {row}.record_id AND expense_claim.state = 'paid')"
)
_PAID_PAYMENT = (
    "EXISTS (SELECT 1 FROM expense_claim WHERE payment_batch_id = {row}.batch_id)"
    " OR EXISTS (SELECT 1 FROM advance WHERE payment_batch_id = {row}.batch_id)"
)
# Counting changes, and what a search finds, which is made anew now and then.
_BOOKKEEPING = frozenset({"version", "updated_at"})
_FOUND_BY = frozenset({"sort_name", "search_text", "search_pieces"})
_WHOSE = frozenset({"customer_id", "deal_id"})


class Guard(NamedTuple):
    """Rows of a table that stay as they are where ``paid`` holds of them.

    :param joins: holds of a new row that would come to what is paid; empty: there is no such row.
    :param may: the columns that may change.
    """

    table: str
    paid: str
    joins: str = ""
    may: frozenset[str] = frozenset()

    def condition(self, deed: str, differs: str) -> str:
        """When ``deed`` is refused; ``differs`` is the condition that a row would change."""
        was, joins = self.paid.format(row="OLD"), self.joins.format(row="NEW")
        if deed == "insert":
            return joins
        if deed == "delete":
            return was
        return f"({' OR '.join(f'({part})' for part in (was, joins) if part)}) AND ({differs})"


GUARDS = (
    Guard("expense_claim", "{row}.state = 'paid'", may=_BOOKKEEPING | _FOUND_BY),
    Guard("expense_item", _PAID_CLAIM, _PAID_CLAIM, may=_BOOKKEEPING | _WHOSE),
    Guard("attachment", _PAID_RECEIPT, _PAID_RECEIPT),
    Guard("settlement", "TRUE", _PAID_CLAIM),
    # Of an advance the state goes on: it is accounted for.
    Guard("advance", "{row}.payment_batch_id IS NOT NULL", may=_BOOKKEEPING | _WHOSE | {"state"}),
    Guard("payment_batch", "TRUE"),
    Guard("payout", "TRUE", _PAID_PAYMENT),
)


def ensure(connection: Connection) -> None:
    """Make the triggers as new, unless all are as they should be."""
    if not are_there(connection):
        renew(connection)


def are_there(connection: Connection) -> bool:
    """Whether all are at work, and as they should be."""
    return there(connection) == _wanted(connection)


def renew(connection: Connection) -> None:
    """Make the triggers as new."""
    drop(connection)
    for name, body in _wanted(connection).items():
        whole = _on_postgresql(name, body) if connection.dialect.name == "postgresql" else [body]
        for statement in whole:
            connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Take the triggers away, until they are made again."""
    if connection.dialect.name == "postgresql":
        names = connection.scalars(text(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
            " AND prosrc LIKE :ours"
        ), {"ours": f"%{REFUSAL}%"})  # fmt: skip
        statements = [f"DROP FUNCTION {name}() CASCADE" for name in names]
    else:
        statements = [f"DROP TRIGGER {name}" for name in there(connection)]
    for statement in statements:
        connection.execute(text(statement))


def _wanted(connection: Connection) -> dict[str, str]:
    """What there should be, by the names of the triggers: functions' bodies on PostgreSQL."""
    return {
        f"{guard.table}_paid_{deed}": _body(connection, guard, deed)
        for guard in GUARDS
        for deed in _deeds(guard)
    }


def _on_postgresql(name: str, body: str) -> list[str]:
    """The statements that make a trigger of this name, which runs a function of this body."""
    table, deed = name.split("_paid_")
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def there(connection: Connection) -> dict[str, str]:
    """What there is of ours and at work, as ``_wanted``."""
    if connection.dialect.name == "postgresql":
        found = (
            "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE pronamespace = current_schema()::regnamespace AND tgenabled = 'O'"
            " AND prosrc LIKE :ours"
        )
    else:
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE :ours"
    rows = connection.execute(text(found), {"ours": f"%{REFUSAL}%"})
    return {row[0]: row[1] for row in rows}


def _deeds(guard: Guard) -> Iterator[str]:
    yield from ("update", "delete")
    if guard.joins:
        yield "insert"


def _body(connection: Connection, guard: Guard, deed: str) -> str:
    may = sorted(guard.may)
    if connection.dialect.name == "postgresql":
        kept = "ARRAY[{}]::text[]".format(", ".join(f"'{name}'" for name in may))
        differs = f"to_jsonb(NEW) - {kept} IS DISTINCT FROM to_jsonb(OLD) - {kept}"
        # A condition of a trigger may not ask another table there; its function may.
        return (
            f" BEGIN IF {guard.condition(deed, differs)} THEN"
            f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
            f" END IF; RETURN {'OLD' if deed == 'delete' else 'NEW'}; END "
        )
    columns = (column["name"] for column in inspect(connection).get_columns(guard.table))
    differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in columns if name not in may)
    return (
        f"CREATE TRIGGER {guard.table}_paid_{deed} BEFORE {deed.upper()} ON {guard.table}"
        f" WHEN {guard.condition(deed, differs)}"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
