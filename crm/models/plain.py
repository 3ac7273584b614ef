"""What a column says as JSON keeps it, and back again: for whatever can be undone later."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, select

from crm.extensions import db
from crm.models.option import Option

# Before the number of a field of the firm's own.
CUSTOM = "custom_"


def plain_of(record: Any, column: str) -> Any:
    """What a column of ``record`` says, as JSON keeps it."""
    if column.startswith(CUSTOM):
        return (record.custom or {}).get(column.removeprefix(CUSTOM))
    if column == "tags":
        return sorted(tag.id for tag in record.tags)
    value = getattr(record, column)
    if isinstance(value, datetime | date):
        return value.isoformat()
    # Databases and people write different numbers of zeros.
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def put_back(record: Any, column: str, plain: Any) -> bool:
    """Let a column say again what it said, by its relationship where it has one: histories follow.

    ``False``, and nothing changed: what it named is gone for good, or stands below ``record`` now.
    """
    if column.startswith(CUSTOM):
        key = column.removeprefix(CUSTOM)
        others = {other: kept for other, kept in record.custom.items() if other != key}
        record.custom = others if plain is None else {**others, key: plain}
        return True
    if column == "tags":
        record.tag_as(db.session.scalars(select(Option).where(Option.id.in_(plain))))
        return True
    mapper = inspect(type(record))
    for relation in mapper.relationships:
        if {local.key for local in relation.local_columns} == {column} and not relation.uselist:
            return _name_again(record, relation, plain)
    setattr(record, column, _typed(mapper.columns[column].type.python_type, plain))
    return True


def _name_again(record: Any, relation: Any, id: int | None) -> bool:
    with db.session.no_autoflush:  # a history reads what is not written yet
        found = None if id is None else db.session.get(relation.mapper.class_, id)
        if found is None and id is not None:
            return False
        if isinstance(found, type(record)) and found.belongs_to(record):
            return False
    setattr(record, relation.key, found)
    return True


def _typed(kind: Any, plain: Any) -> Any:
    """What JSON kept of a value of ``kind``."""
    if plain is None or isinstance(plain, kind | list):
        return plain
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(plain)
    return Decimal(plain) if kind is Decimal else kind(plain)
