"""The trash: what of each noun can still be restored."""

from __future__ import annotations

from crm.extensions import db
from crm.models import User
from crm.nouns import NOUNS, Record

SHOWN = 100


def trash_of(user: User) -> dict[str, list[Record]]:
    """By noun: the newest records in the trash that ``user`` may see."""
    return {
        name: list(db.session.scalars(noun.model.trash_of(user).limit(SHOWN)))
        for name, noun in NOUNS.items()
    }
