"""What an administrator sees of the worker, and does about what failed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from crm import clock, jobs
from crm.extensions import db
from crm.models import Event, ImportRun, Job, MailKind, OutgoingMail
from crm.models.leased import Leased
from crm.queries import health
from crm.queries.health.queues import queue_of
from crm.timetable import TIMETABLE
from tests.cast import Cast
from tests.claims import submitted
from tests.mailbox import Mailbox, Manner
from tests.page import Browser
from tests.queries_counted import counted

PAGE = "/settings/background"


@pytest.fixture
def admin(app: Flask) -> Browser:
    browser = Browser(app)
    browser.sign_in("admin")
    return browser


def refused(cast: Cast, mailbox: Mailbox) -> OutgoingMail:
    """A mail that the server did not want."""
    mailbox.manner = Manner.KNOWS_NOBODY
    submitted(cast)
    jobs.run_once()
    mailbox.manner = Manner.ACCEPTS
    return the_mail()


def the_mail() -> OutgoingMail:
    chosen = select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def test_before_the_worker_ran_the_page_says_what_to_do(cast: Cast, admin: Browser) -> None:
    assert "Start crm run, or crm work." in admin.get(PAGE).text


def test_queues_and_jobs_stand_there_with_what_comes_next(cast: Cast, admin: Browser) -> None:
    submitted(cast)
    clock.set_to(clock.now() + timedelta(minutes=3))
    assert "3 minutes ago" in admin.get(PAGE).text
    jobs.run_once()
    clock.set_to(clock.now() + timedelta(minutes=1))
    jobs.run_once()
    text = admin.get(PAGE).text
    assert "3 minutes ago" not in text
    assert "Remind of tasks" in text
    assert "took 0.0 s" in text
    assert "Try everything again" not in text


def test_every_job_has_words_for_people() -> None:
    assert [name for name, entry in TIMETABLE.items() if not str(entry.words)] == []


def test_a_mail_that_failed_is_shown_with_its_reason_and_tried_again(
    cast: Cast, mailbox: Mailbox, admin: Browser
) -> None:
    mail = refused(cast, mailbox)
    page = admin.get(PAGE)
    for told in ("550 5.1.1 no such person here", "李敏", "Request to decide", "Given up"):
        assert told in page.text
    admin.post("/settings/background/retries", {"what": f"mail-{mail.id}"})
    jobs.run_once()
    assert len(mailbox.messages) == 1
    assert "550" not in admin.get(PAGE).text


def test_a_mail_that_waits_after_a_failure_need_not_wait(
    cast: Cast, mailbox: Mailbox, admin: Browser
) -> None:
    mailbox.manner = Manner.IS_BUSY
    submitted(cast)
    jobs.run_once()
    mailbox.manner = Manner.ACCEPTS
    assert "451" in admin.get("/settings").text  # the banner
    admin.post("/settings/background/retries", {})
    jobs.run_once()
    assert len(mailbox.messages) == 1
    assert "451" not in admin.get("/settings").text


def test_a_mail_that_nobody_needs_is_given_up(cast: Cast, mailbox: Mailbox, admin: Browser) -> None:
    mail = refused(cast, mailbox)
    assert "1 mail could not be delivered" in admin.get("/settings").text
    admin.post("/settings/background/dismissals", {"what": f"mail-{mail.id}"})
    assert "Set aside" in admin.follow().text
    for path in (PAGE, "/settings", "/"):
        page = admin.get(path).text
        assert "550" not in page
        assert "could not be delivered" not in page
        assert "1 given up" not in page
    assert [check.name for check in health.troubles()] == []
    admin.post("/settings/background/retries", {})
    jobs.run_once()
    assert mailbox.messages == []
    assert the_mail().last_error == "the mail server said: 550 5.1.1 no such person here"


@pytest.mark.parametrize("queue", [Event, OutgoingMail, ImportRun])
def test_a_queue_is_looked_at_by_index_however_long_its_history(
    app: Flask, cast: Cast, queue: type[Leased]
) -> None:
    with counted(app) as statements:
        queue_of(queue)
    is_sqlite = db.engine.dialect.name == "sqlite"
    if not is_sqlite:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for statement in statements:
        one_row = re.sub(r"(?<=LIMIT ).*", "1", statement)
        plan = db.session.execute(text(f"{explain} {one_row}")).all()
        assert f"ix_{queue.__tablename__}_waiting" in str(plan)


def test_an_event_that_failed_is_told_in_words_and_tried_again(cast: Cast, admin: Browser) -> None:
    event = db.session.scalars(select(Event).order_by(Event.id).limit(1)).one()
    event.fail("RuntimeError: out of paper", for_good=True)
    db.session.commit()
    assert "out of paper" in admin.get(PAGE).text
    admin.post("/settings/background/retries", {"what": f"event-{event.id}"})
    db.session.refresh(event)
    assert (event.dead_at, event.attempts) == (None, 0)


def test_a_job_that_failed_is_run_now(cast: Cast, admin: Browser) -> None:
    jobs.run_once()
    job = db.session.get_one(Job, "tell_of_stuck_deals")
    slot, job.last_slot = job.slot, job.slot - timedelta(days=1)
    job.last_error = "RuntimeError: out of paper"
    db.session.commit()
    assert "out of paper" in admin.get(PAGE).text
    admin.post("/settings/background/retries", {"what": "job-tell_of_stuck_deals"})
    jobs.run_once()
    db.session.refresh(job)
    assert job.last_error is None
    assert (job.last_slot, job.last_finished_at) == (slot - timedelta(days=1), clock.now())
    assert job.next_run == slot  # of which nothing is taken away


def test_a_job_that_succeeded_meanwhile_keeps_its_next_slot(cast: Cast, admin: Browser) -> None:
    jobs.run_once()
    job = db.session.get_one(Job, "keep_the_pool")
    slot = job.next_run
    admin.post("/settings/background/retries", {"what": "job-keep_the_pool"})
    assert "Nothing to try again" in admin.follow().text
    jobs.run_once()
    db.session.refresh(job)
    assert (job.last_slot, job.next_run) == (None, slot)


@pytest.mark.parametrize(
    "what",
    ["mail-0", "mail-999", "mail-x", "mail", "mail-" + 5000 * "1", "user-1", "job-none", "job-\0"],
    ids=lambda what: what[:8],
)
def test_what_did_not_fail_is_left_alone(cast: Cast, admin: Browser, what: str) -> None:
    mail = OutgoingMail.enqueue(MailKind.INVITATION, cast.zhao, by=cast.admin.id)
    db.session.commit()
    for path in ("retries", "dismissals"):
        admin.post(f"/settings/background/{path}", {"what": what})
    db.session.refresh(mail)
    assert (mail.done_at, mail.attempts) == (None, 0)


def test_what_a_worker_has_in_hand_is_left_to_it(
    cast: Cast, mailbox: Mailbox, admin: Browser
) -> None:
    mail = refused(cast, mailbox)
    mail.retry()
    db.session.commit()
    assert OutgoingMail.claim() is not None
    db.session.commit()
    admin.post("/settings/background/dismissals", {"what": f"mail-{mail.id}"})
    assert "a worker is at it" in admin.follow().text
    assert the_mail().done_at is None
