"""The worker: events have their consequences, once, whatever happens to it in between."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError

from crm import clock, jobs
from crm.extensions import db
from crm.models import Action, Event, ImportRun, ImportState, Job, MailKind, OutgoingMail, User
from crm.models.approval import Decision
from crm.models.leased import BACK_OFF, LEASE, Leased
from crm.reactions import REACTIONS
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import decide, submitted
from tests.imports import begun
from tests.mailbox import Mailbox
from tests.waiting import PATIENCE, eventually


def waiting(model: type[Leased]) -> int:
    return db.session.scalar(
        select(func.count()).where(model.done_at.is_(None), model.dead_at.is_(None))
    ) or 0  # fmt: skip


def mails(kind: MailKind) -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.kind == kind)))


def test_everything_due_is_done_in_one_go(cast: Cast) -> None:
    decide(submitted(cast), Decision.APPROVED)
    assert waiting(Event) > 0
    assert jobs.run_once() > 0
    assert (waiting(Event), waiting(OutgoingMail)) == (0, 0)
    assert jobs.run_once() == 0


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_is_mailed_to_the_claimant_and_receipted_to_the_approver(
    cast: Cast, decision: Decision
) -> None:
    assignment = submitted(cast)
    decide(assignment, decision, comment="ok")
    jobs.run_once()
    (told,) = mails(MailKind.REQUEST_DECIDED)
    (receipt,) = mails(MailKind.DECISION_RECEIPT)
    assert (told.to, receipt.to) == (cast.wang, cast.li)
    assert told.particulars == receipt.particulars == {"assignment": assignment.id}


def test_payment_is_mailed_to_the_claimant(cast: Cast) -> None:
    claim = decide(submitted(cast), Decision.APPROVED)
    claim.pay("2026-118", by=cast.fin)
    db.session.commit()
    jobs.run_once()
    (told,) = mails(MailKind.CLAIM_PAID)
    assert (told.to, told.particulars) == (cast.wang, {"claim": claim.id})


def test_the_payment_of_an_advance_is_mailed_to_who_asked_for_it(cast: Cast) -> None:
    advance = handed_out(cast)
    jobs.run_once()
    (told,) = mails(MailKind.ADVANCE_PAID)
    assert (told.to, told.particulars) == (cast.wang, {"advance": advance.id})


def test_the_mail_tells_of_the_decision_it_was_written_for_even_after_a_new_request(
    cast: Cast,
) -> None:
    first = submitted(cast)
    claim = decide(first, Decision.REJECTED, comment="too much")
    clock.set_to(clock.now() + timedelta(minutes=1))
    claim.submit(by=cast.wang)
    db.session.commit()
    jobs.run_once()
    assert mails(MailKind.REQUEST_DECIDED)[0].particulars == {"assignment": first.id}


def test_a_failing_reaction_leaves_nothing_behind_and_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_event: Event) -> None:
        db.session.flush()
        raise RuntimeError("out of paper")

    first, *_ = REACTIONS[Action.APPROVAL_CLOSED]
    monkeypatch.setitem(REACTIONS, Action.APPROVAL_CLOSED, (first, break_down))
    decide(submitted(cast), Decision.APPROVED)
    jobs.run_once()
    event = db.session.scalars(select(Event).where(Event.action == Action.APPROVAL_CLOSED)).one()
    assert event.done_at is None
    assert event.last_error == "RuntimeError: out of paper"
    assert event.due_at == clock.now() + timedelta(seconds=BACK_OFF[0])
    assert mails(MailKind.REQUEST_DECIDED) == []

    monkeypatch.undo()
    clock.set_to(clock.now() + timedelta(seconds=BACK_OFF[0]))
    db.session.commit()
    jobs.run_once()
    assert len(mails(MailKind.REQUEST_DECIDED)) == 1


def test_a_reaction_that_the_database_refuses_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_event: Event) -> None:
        db.session.add(User(username=cast.wang.username, name="another"))
        db.session.flush()

    monkeypatch.setitem(REACTIONS, Action.APPROVAL_CLOSED, (break_down,))
    decide(submitted(cast), Decision.APPROVED)
    jobs.run_once()
    event = db.session.scalars(select(Event).where(Event.action == Action.APPROVAL_CLOSED)).one()
    assert (event.done_at, event.attempts) == (None, 1)
    assert event.last_error is not None
    assert event.last_error.startswith("IntegrityError")


def test_what_is_gone_while_it_is_worked_on_stops_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_away(event: Event) -> None:
        db.session.execute(delete(Event).where(Event.id == event.id))
        db.session.commit()
        raise RuntimeError("out of paper")

    monkeypatch.setitem(REACTIONS, Action.APPROVAL_CLOSED, (take_away,))
    decide(submitted(cast), Decision.APPROVED)
    jobs.run_once()
    assert waiting(Event) == 0


def test_what_fails_for_two_days_is_given_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_event: Event) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setitem(REACTIONS, Action.APPROVAL_CLOSED, (break_down,))
    decide(submitted(cast), Decision.APPROVED)
    for pause in (*BACK_OFF, 0):
        jobs.run_once()
        clock.set_to(clock.now() + timedelta(seconds=pause))
    event = db.session.scalars(select(Event).where(Event.action == Action.APPROVAL_CLOSED)).one()
    assert event.dead_at is not None
    assert jobs.run_once() == 0


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(cast: Cast) -> None:
    submitted(cast)
    assert OutgoingMail.claim() is not None
    db.session.commit()
    assert OutgoingMail.claim() is None
    clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    again = OutgoingMail.claim()
    assert again is not None
    assert again.attempts == 2


def test_a_worker_that_stood_still_leaves_what_another_one_has(
    cast: Cast, mailbox: Mailbox
) -> None:
    submitted(cast)
    slow = OutgoingMail.claim()
    assert slow is not None
    db.session.commit()
    db.session.expunge(slow)
    clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    jobs.run_once()
    assert len(mailbox.messages) == 1
    assert not slow.hold()


def test_what_workers_die_of_is_given_up_and_is_in_nobodys_way(
    cast: Cast, mailbox: Mailbox
) -> None:
    submitted(cast)
    for _ in range(len(BACK_OFF) + 1):
        assert OutgoingMail.claim() is not None
        db.session.commit()
        clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    OutgoingMail.enqueue(MailKind.INVITATION, cast.zhao, by=cast.admin.id)
    db.session.commit()
    jobs.run_once()
    assert [mail.recipients for mail in mailbox.messages] == [["zhao@example.com"]]
    (given_up,) = mails(MailKind.APPROVAL_REQUESTED)
    assert given_up.dead_at == clock.now()
    assert "the worker ended" in (given_up.last_error or "")


def test_an_import_that_workers_die_of_is_handed_back(cast: Cast) -> None:
    run = begun("Name\nSigma\n", by=cast.admin)
    run.hand_over(ImportState.CHECKING)
    db.session.commit()
    for _ in range(len(BACK_OFF) + 1):
        assert ImportRun.claim() is not None
        db.session.commit()
        clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    jobs.run_once()
    db.session.refresh(run)
    assert run.state is ImportState.FAILED
    assert "the worker ended" in (run.last_error or "")


def test_four_workers_never_claim_one_row_twice(app: Flask, cast: Cast) -> None:
    for _ in range(60):
        OutgoingMail.enqueue(MailKind.CLAIM_PAID, cast.wang, claim=1)
    db.session.commit()
    claimed: list[int] = []

    def claim_all() -> None:
        with app.app_context():
            while mail := OutgoingMail.claim():
                db.session.commit()
                claimed.append(mail.id)
            db.session.rollback()

    workers = [threading.Thread(target=claim_all) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 60
    assert len(set(claimed)) == 60


def test_the_worker_stops_when_told_and_does_what_is_due_before(app: Flask, cast: Cast) -> None:
    decide(submitted(cast), Decision.APPROVED)
    stopping = threading.Event()
    worker = threading.Thread(target=jobs.work, args=(app, stopping))
    worker.start()

    def all_done() -> bool:
        left = waiting(Event) or waiting(OutgoingMail)
        db.session.rollback()  # looking must not hold the lock that the worker waits for
        return not left

    eventually(all_done)
    stopping.set()
    worker.join(PATIENCE)
    assert not worker.is_alive()


def test_the_worker_outlives_a_database_that_is_away(
    app: Flask, context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = threading.Event()
    looks = []

    def look() -> int:
        looks.append(1)
        if len(looks) == 1:
            raise OperationalError("SELECT", {}, Exception("the server is gone"))
        stopping.set()
        return 0

    monkeypatch.setattr(jobs, "AWAY", 0)
    monkeypatch.setattr(jobs, "run_next", look)
    jobs.work(app, stopping)
    assert len(looks) == 2


def test_events_without_consequences_are_finished_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting(Event)
    assert before > 3
    monkeypatch.setattr(jobs, "BATCH", 2)
    assert jobs.run_next() == 2
    assert waiting(Event) == before - 2


def test_the_timetable_has_its_rows_after_one_round(context: None) -> None:
    jobs.run_once()
    assert {job.name for job in db.session.scalars(select(Job))} == set(jobs.TIMETABLE)
