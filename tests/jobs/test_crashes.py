"""A worker that is killed at any moment: what it had in hand is done by the next one, once.

It dies before and after each of its commits in turn: between claiming and working, between sending
and noting, before and after what it did is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from crm import clock, jobs
from crm.extensions import db
from crm.models import Action, Event, MailKind, Notification, OutgoingMail
from crm.models.approval import Decision
from crm.models.leased import LEASE
from crm.schedules import Daily
from crm.timetable import Entry
from tests.cast import Cast
from tests.claims import decide, submitted
from tests.conftest import NOON, BeginWith
from tests.mailbox import Mailbox


class Killed(BaseException):
    """No handler of the worker's sees it, as none would see the process end."""


@contextmanager
def killed_at(point: int) -> Iterator[None]:
    """Inside, the process dies at this one of the moments before and after a commit.

    Looks that find nothing to do are left out: there is nothing in hand.
    """
    moments = count()

    def die(session: Session) -> None:
        in_hand = any(getattr(row, "claimed_for", 0) for row in session.identity_map.values())
        if in_hand and next(moments) == point:
            raise Killed

    event.listen(db.session, "before_commit", die)
    event.listen(db.session, "after_commit", die)
    try:
        yield
    finally:
        event.remove(db.session, "before_commit", die)
        event.remove(db.session, "after_commit", die)


def work_until_killed(point: int) -> bool:
    """Whether the worker died before everything was done."""
    try:
        with killed_at(point):
            jobs.run_once()
    except Killed:
        db.session.remove()  # what was not committed is gone, as with the process
        return True
    return False


def something_to_do(cast: Cast) -> None:
    """A decision of which nobody was told yet; everything else is done."""
    assignment = submitted(cast)
    jobs.run_once()
    decide(assignment, Decision.APPROVED)
    others = Event.action != Action.APPROVAL_CLOSED
    for each in db.session.scalars(select(Event).where(others, Event.done_at.is_(None))):
        each.finish()
    db.session.commit()


def invite_zhao() -> None:
    """What the timetable does here: it writes a mail."""
    cast = Cast()
    OutgoingMail.enqueue(MailKind.INVITATION, cast.zhao, by=cast.admin.id)


def effects() -> Counter[tuple[str, str]]:
    """What there is to be read: by kind and reader, how often."""
    return Counter(
        [(each.kind, each.to.username) for each in db.session.scalars(select(OutgoingMail))]
        + [(each.kind, each.reader.username) for each in db.session.scalars(select(Notification))]
    )


def not_noted() -> set[str]:
    """The Message-IDs of the mails of which the outbox does not know that they are on their way."""
    chosen = select(OutgoingMail).where(OutgoingMail.delivery.is_(None))
    return {mail.message_id for mail in db.session.scalars(chosen)}


@pytest.fixture
def invitations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIMETABLE", {"invite": Entry(invite_zhao, Daily(time(12, 1)))})


def test_a_worker_killed_at_any_commit_loses_nothing_and_doubles_nothing_that_it_noted(
    app: Flask, begin_with: BeginWith, mailbox: Mailbox, invitations: None
) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    doubled = 0
    for point in count(-1):  # at first nobody dies
        clock.set_to(NOON)
        begin_with(something_to_do)
        mailbox.messages.clear()
        clock.set_to(NOON + timedelta(minutes=1))
        with app.app_context():
            died = work_until_killed(point)
        with app.app_context():
            in_doubt = not_noted() & {mail.message_id for mail in mailbox.messages}
            clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
            jobs.run_once()
            expected = expected or effects()
            assert effects() == expected
            assert not_noted() == set()
        arrived = Counter(mail.message_id for mail in mailbox.messages)
        assert len(arrived) == len(["decided", "invited"])
        assert {key for key, times in arrived.items() if times > 1} == in_doubt
        assert max(arrived.values()) <= 2
        doubled += len(in_doubt)
        if point >= 0 and not died:
            break
    # Before and after: an event is claimed and done, a job as well, two mails are claimed, made
    # and noted. Each of the mails is in doubt once, accepted and not noted.
    assert point == 2 * (2 + 2 + 2 * 3)
    assert doubled == 2
