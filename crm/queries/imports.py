"""The imports of the firm, page by page."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from crm.models import ImportRun, User
from crm.paging import Order, Page


def latest_imports(user: User, *, after: str = "", before: str = "") -> Page[ImportRun]:
    """What ``user`` may see, the latest first, each with who began it."""
    return Page.of(
        ImportRun.visible_to(user),
        Order.by(descending=True, unique=ImportRun.id),
        after=after, before=before, options=(joinedload(ImportRun.by),),
    )  # fmt: skip
