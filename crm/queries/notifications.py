"""Notifications with what they are about: for the list, the bell and the mails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import to_user_timezone
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Notification, User
from crm.models.notification import KINDS, models_told_about
from crm.models.outgoing_mail import OutgoingMail
from crm.sentences.notifications import Notice, notice

# More are not counted: the bell says "99+".
MOST_COUNTED = 100
# Of many alike, such as the tasks of a rule that was switched on, as many stand in the list.
SHOWN = 3


def unread_count(user: User) -> int:
    """How many notifications ``user`` has not read, at most ``MOST_COUNTED``: one query."""
    unread = Notification.visible_to(user).where(Notification.read_at.is_(None))
    ids = unread.with_only_columns(Notification.id).order_by(None).limit(MOST_COUNTED)
    return db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def notices_of(rows: Iterable[Notification]) -> list[Notice]:
    """``rows`` with their records: one query for each kind of record."""
    rows = list(rows)
    wanted = defaultdict[str, set[int]](set)
    for row in rows:
        wanted[row.record_kind].add(row.record_id)
    found: dict[tuple[str, int], Any] = {}
    for kind, ids in wanted.items():
        model = models_told_about()[kind]
        records = db.session.scalars(select(model).where(model.id.in_(ids)))
        found |= {(kind, record.id): record for record in records}
    return [
        notice(row, record)
        for row in rows
        if (record := found.get((row.record_kind, row.record_id)))
    ]


@dataclass(frozen=True)
class Run:
    """Notices of one kind and by one person that follow each other: of many the first are shown."""

    shown: list[Notice]
    folded: list[Notice]

    @classmethod
    def of(cls, notices: list[Notice]) -> Run:
        """One alone is not worth folding."""
        shown = SHOWN if len(notices) > SHOWN + 1 else len(notices)
        return cls(notices[:shown], notices[shown:])


@dataclass(frozen=True)
class Day:
    """What was told on one day, and whether all of it was read or none."""

    day: date
    is_read: bool
    runs: list[Run]


def by_day(notices: Iterable[Notice]) -> list[Day]:
    """``notices``, in their order, by whether they were read and by the reader's days."""

    def place(notice: Notice) -> tuple[date, bool]:
        row = notice.row
        return to_user_timezone(row.made_at).date(), row.read_at is not None

    return [Day(*key, _runs(of_day)) for key, of_day in groupby(notices, key=place)]


def _runs(notices: Iterable[Notice]) -> list[Run]:
    alike = groupby(notices, key=lambda notice: (notice.row.kind, notice.row.by_id))
    return [Run.of(list(run)) for _kind, run in alike]


def is_settled(mail: OutgoingMail) -> bool:
    """Whether ``mail`` tells of notifications, and of none that its reader still needs."""
    told = select(Notification.id).where(Notification.mail_id == mail.id).limit(1)
    return db.session.scalar(told) is not None and not told_by(mail)


def told_by(mail: OutgoingMail) -> list[Notice]:
    """What ``mail`` has to say: what its reader sees and has not read, the first first."""
    pressing = [kind for kind, of_kind in KINDS.items() if of_kind.is_pressing]
    rows = db.session.scalars(
        Notification.visible_to(mail.to)
        .where(
            Notification.mail_id == mail.id,
            Notification.read_at.is_(None) | Notification.kind.in_(pressing),
        )
        .order_by(None)
        .order_by(Notification.made_at, Notification.id)
    )
    return notices_of(rows)
