"""The index of what records are found by: made of ``search_pieces``, never the truth itself.

SQLite keeps it as a full-text table that triggers hold up to date, PostgreSQL as an index of the
pieces. Both can be thrown away and made anew at any time: a migration that rebuilds a table drops
its triggers, so ``schema.upgrade`` makes the index again after it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from crm.base import Base
from crm.extensions import db
from crm.models.searchable import Searchable, index_name

# Every model that is found by what stands in it.
SEARCHABLE: list[Any] = [
    mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Searchable)
]


def renew() -> None:
    """Make the index of every searchable table as new."""
    make = _on_postgresql if db.engine.dialect.name == "postgresql" else _on_sqlite
    with db.engine.begin() as connection:
        for model in SEARCHABLE:
            for statement in make(model.__tablename__, index_name(model)):
                connection.execute(text(statement))


def _on_postgresql(records: str, index: str) -> list[str]:
    return [
        f"CREATE INDEX IF NOT EXISTS ix_{index} ON {records}"
        " USING gin (string_to_array(search_pieces, ' '))",
    ]


def _on_sqlite(records: str, index: str) -> list[str]:
    put = f"INSERT INTO {index}(rowid, search_pieces) VALUES (new.id, new.search_pieces)"
    take = (
        f"INSERT INTO {index}({index}, rowid, search_pieces)"
        " VALUES ('delete', old.id, old.search_pieces)"
    )
    return [
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5(search_pieces,"
        f" content='{records}', content_rowid='id', tokenize='unicode61', detail=none)",
        *(f"DROP TRIGGER IF EXISTS {index}_{event}" for event in ("insert", "delete", "update")),
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {records} BEGIN {put}; END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {records} BEGIN {take}; END",
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF id, search_pieces ON {records}"
        f" BEGIN {take}; {put}; END",
        f"INSERT INTO {index}({index}) VALUES ('rebuild')",
    ]
