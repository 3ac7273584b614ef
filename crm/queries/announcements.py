"""Announcements as somebody sees them: what is pinned for them, and who has read one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Announcement, AnnouncementReading, User
from crm.paging import Order, Page

# On Today; the page has all of them.
MOST_PINNED = 5


@dataclass(frozen=True)
class Noticed:
    """An announcement, and when its reader has read it."""

    announcement: Announcement
    read_at: datetime | None

    def is_news_to(self, user: User) -> bool:
        """Whether ``user`` is still to read it."""
        return self.read_at is None and self.announcement.is_for(user)


@dataclass(frozen=True)
class Reader:
    """One of those whom an announcement is for."""

    user: User
    read_at: datetime | None
    is_addressed: bool = True


@dataclass(frozen=True)
class Announced:
    """A page of announcements, the latest first."""

    page: Page[Announcement]
    read: dict[int, datetime]  # by id: when its reader has read it


def pinned_for(user: User) -> Sequence[Noticed]:
    """What stands on Today: first what ``user`` has not read, the latest of it first."""
    chosen = (
        Announcement.pinned_for(user)
        .add_columns(AnnouncementReading.at)
        .outerjoin(
            AnnouncementReading,
            (AnnouncementReading.announcement_id == Announcement.id)
            & (AnnouncementReading.user_id == user.id),
        )
        .order_by(None)
        .order_by(
            AnnouncementReading.at.is_not(None), Announcement.created_at.desc(),
            Announcement.id.desc(),
        )
        .limit(MOST_PINNED)
    )  # fmt: skip
    rows = db.session.execute(chosen).all()
    return [Noticed(announcement, at) for announcement, at in rows]


def announced_to(user: User, *, after: str = "", before: str = "") -> Announced:
    """A page of all that ``user`` may see."""
    page = Page.of(
        Announcement.visible_to(user),
        Order.by(Announcement.created_at, descending=True, unique=Announcement.id),
        after=after, before=before,
        options=(joinedload(Announcement.by), joinedload(Announcement.team)),
    )  # fmt: skip
    return Announced(page, AnnouncementReading.by(user, page.records))


def readers_of(announcement: Announcement) -> list[Reader]:
    """Those whom it is for: who has not read it first, then who read it last; by name.

    Who read it and works here no more, or belongs elsewhere now, comes at the end.
    """
    read = AnnouncementReading.of(announcement)
    audience = list(db.session.scalars(announcement.audience))
    known = {user.id for user in audience}
    gone = select(User).where(User.id.in_(read.keys() - known - {announcement.by_id}))
    gone = gone.order_by(User.sort_name, User.id)
    waiting = [Reader(user, None) for user in audience if user.id not in read]
    done = [Reader(user, read[user.id]) for user in audience if user.id in read]
    others = [Reader(user, read[user.id], is_addressed=False) for user in db.session.scalars(gone)]
    return [*waiting, *done, *others]


def read_counts(announcements: Sequence[Announcement]) -> dict[int, int]:
    """By id: how many have read it."""
    rows = db.session.execute(
        select(AnnouncementReading.announcement_id, func.count())
        .where(AnnouncementReading.announcement_id.in_([each.id for each in announcements]))
        .group_by(AnnouncementReading.announcement_id)
    )
    return dict(rows.all())
