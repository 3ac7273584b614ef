"""The trash: what of each noun can be restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Activity, Company, User
from crm.nouns import DELETABLE, Record
from crm.paging import Order, Page


@dataclass(frozen=True)
class Trash:
    """A page of what lies there of one noun, and how much there is of each."""

    noun: str
    page: Page[Record | Activity]
    counts: dict[str, int]

    @property
    def days(self) -> int:
        """After so many it is deleted for good; 0: never by itself."""
        return Company.current().trash_days

    def goes_at(self, record: Record | Activity) -> datetime | None:
        """When ``record`` is deleted for good."""
        if not self.days or record.trashed_at is None:
            return None
        return record.trashed_at + timedelta(days=self.days)


def trash_of(user: User, noun: str = "", *, after: str = "", before: str = "") -> Trash:
    """What ``user`` may see of ``noun``, what was deleted last first.

    :param noun: if it is none, the first of which there is something.
    """
    counts = _counts(user)
    if noun not in DELETABLE:
        noun = next((name for name, count in counts.items() if count), next(iter(DELETABLE)))
    model = DELETABLE[noun]
    page = Page.of(
        model.trash_of(user).order_by(None),
        Order.by(model.trashed_at, descending=True, unique=model.id),
        after=after, before=before,
        options=(*model.for_changes(), joinedload(model.trashed_by)),
    )  # fmt: skip
    return Trash(noun, page, counts)


def _counts(user: User) -> dict[str, int]:
    """One query."""
    each = [_count(model.trash_of(user), model) for model in DELETABLE.values()]
    return dict(zip(DELETABLE, db.session.execute(select(*each)).one(), strict=True))


def _count(chosen: Select[Any], model: Any) -> Any:
    ids = chosen.order_by(None).with_only_columns(model.id).subquery()
    return select(func.count()).select_from(ids).scalar_subquery()
