"""What is paid stays as it is: the database itself refuses to change it, whoever asks.

The verbs refuse it first, and say why. Triggers hold what no verb should get past. Customer and
deal of a cost are not among the columns: who the customer is may change by a merge.

A migration that rebuilds a table drops its triggers, and SQLite minds those that name a table
which is gone for a moment: ``schema.upgrade`` takes them away before and makes them anew after.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text

from crm.extensions import db


class Guard(NamedTuple):
    """A table's columns that stay as they are, where ``when`` holds of the old row."""

    table: str
    columns: tuple[str, ...]
    when: str

    @property
    def name(self) -> str:
        return f"{self.table}_paid"

    def changed(self, differs: str) -> str:
        """The condition that one of the columns would change."""
        return " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in self.columns)


GUARDS = (
    Guard(
        "expense_claim",
        ("title", "claimant_id", "state", "base_amount", "payment_batch_id"),
        "OLD.state = 'paid'",
    ),
    Guard(
        "expense_item",
        ("claim_id", "category_id", "amount", "currency", "rate", "base_amount", "spent_on",
         "purpose", "payee"),
        "EXISTS (SELECT 1 FROM expense_claim"
        " WHERE expense_claim.id = OLD.claim_id AND expense_claim.state = 'paid')",
    ),
    Guard("payment_batch", ("paid_on", "reference", "by_id", "total"), "TRUE"),
    Guard("payout", ("batch_id", "payee_id", "amount", "bank_name", "bank_account"), "TRUE"),
)  # fmt: skip
REFUSAL = "what is paid does not change"


def renew() -> None:
    """Make the triggers as new."""
    drop()
    make = _on_postgresql if db.engine.dialect.name == "postgresql" else _on_sqlite
    _carry_out([statement for guard in GUARDS for statement in make(guard)])


def drop() -> None:
    """Take the triggers away, until they are made again."""
    if db.engine.dialect.name == "postgresql":
        _carry_out([f"DROP FUNCTION IF EXISTS {guard.name}() CASCADE" for guard in GUARDS])
    else:
        _carry_out([f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS])


def _carry_out(statements: list[str]) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _on_sqlite(guard: Guard) -> list[str]:
    return [
        f"CREATE TRIGGER {guard.name} BEFORE UPDATE OF {', '.join(guard.columns)} ON {guard.table}"
        f" WHEN ({guard.when}) AND ({guard.changed('IS NOT')})"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ]


def _on_postgresql(guard: Guard) -> list[str]:
    # A condition of a trigger may not ask another table there; its function may.
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF ({guard.when}) AND ({guard.changed('IS DISTINCT FROM')}) THEN"
        f" RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {guard.name} BEFORE UPDATE ON {guard.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {guard.name}()",
    ]
