"""What a merge noted so that it can be undone, read as far as it goes.

Earlier versions wrote it otherwise, or less of it; what they named may be gone since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crm.base import Base
from crm.models.customer import Customer, customer_collaborator
from crm.models.plain import CUSTOM
from crm.models.tag import customer_tag

# What joins a customer to something else: both customers' of it become the winner's.
HELPERS, TAGS = customer_collaborator.name, customer_tag.name

PARTS = {"moved", "fields", "shared", "known_as", "external_id", "primary", "raised"}


@dataclass(frozen=True)
class Journal:
    moved: dict[str, list[int]]
    fields: dict[str, list[Any]]
    tags: list[int]
    helpers: list[int]
    primary: list[int]
    known_as: list[str | None] | None
    external_id: str | None
    raised: int | None
    # Nothing is wanting of what is noted today.
    is_whole: bool

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Journal:
        moved, fields = kept.get("moved", {}), kept.get("fields", {})
        own = {CUSTOM + str(number): both for number, both in kept.get("custom", {}).items()}
        shared = kept.get("shared", {HELPERS: kept.get("helpers", [])})
        known = {place: ids for place, ids in moved.items() if _is_column(place)}
        said = {name: both for name, both in fields.items() if _is_field(name)} | own
        return cls(
            moved=known,
            fields=said,
            tags=_ids(shared.get(TAGS, [])),
            helpers=_ids(shared.get(HELPERS, [])),
            primary=kept.get("primary", []),
            known_as=kept.get("known_as"),
            external_id=kept.get("external_id"),
            raised=kept.get("raised"),
            is_whole=kept.keys() >= PARTS and shared.keys() >= {HELPERS, TAGS}
            and len(known) == len(moved) and len(said) == len(fields) + len(own),
        )  # fmt: skip


def _ids(rows: Iterable[int | list[int]]) -> list[int]:
    """Each may stand in a row of its own."""
    return [row[0] if isinstance(row, list) else row for row in rows]


def _is_column(place: str) -> bool:
    table_name, _, column_name = place.partition(".")
    table = Base.metadata.tables.get(table_name)
    return table is not None and column_name in table.c


def _is_field(name: str) -> bool:
    return name in Customer.__table__.c or name.startswith(CUSTOM)
