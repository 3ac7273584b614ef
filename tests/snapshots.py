"""What is stored at one moment: to show that a refused request changed nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from crm.base import Base
from crm.extensions import db, reading_only

# Written by looking around: when a session was last used, and failed sign-ins.
NOT_STATE = {"user_session", "sign_in_attempt"}

Snapshot = dict[str, list[str]]


def snapshot(app: Flask, *, without: set[str] = NOT_STATE) -> Snapshot:
    """Every row of every table as text, and every stored file with its hash."""
    token = reading_only.set(True)
    try:
        with app.app_context(), db.engine.connect() as connection:
            stored = {
                table.name: [
                    repr(tuple(row))
                    for row in connection.execute(select(table).order_by(*table.primary_key))
                ]
                for table in Base.metadata.sorted_tables
                if table.name not in without
            }
    finally:
        reading_only.reset(token)
    files = Path(app.config["INSTANCE"]) / "files"
    stored["(files)"] = sorted(
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files.rglob("*")
        if path.is_file()
    )
    return stored


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """The rows that came, went or changed: ``table: row``."""
    return [
        f"{name}: {row}" for name in after for row in sorted(set(after[name]) ^ set(before[name]))
    ]
