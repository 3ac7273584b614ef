"""Approvals by the clock: reminders, escalation, absences, leavers; each once, whatever fails."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, jobs
from crm.extensions import db
from crm.models import ApprovalRequest, Delegation, Event, MailKind, OutgoingMail
from crm.models.approval import ApproverKind, CameBy, Closure, Mode, Release
from crm.models.approval.pressing import press_on
from crm.models.event import Action
from crm.models.leased import BACK_OFF
from tests.cast import Cast
from tests.claims import draft
from tests.flows import asked, decide_as, flow, hand_in, named, step
from tests.mailbox import Mailbox, Manner


def hours_later(hours: float) -> None:
    """Let the time go by, and the worker do what is due then."""
    clock.set_to(clock.now() + timedelta(hours=hours))
    db.session.commit()
    jobs.run_once()
    db.session.expire_all()


def mailed(kind: MailKind) -> list[str]:
    chosen = select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)
    return [mail.to.username for mail in db.session.scalars(chosen)]


@pytest.fixture
def pressed(cast: Cast) -> ApprovalRequest:
    """Li is reminded after 4 hours; after 8 somebody above is asked instead."""
    flow(step(ApproverKind.MANAGER, remind_hours=4, escalate_hours=8))
    request = hand_in(cast)
    jobs.run_once()
    return request


def test_who_is_late_is_reminded_once_and_then_another_is_asked(pressed: ApprovalRequest) -> None:
    hours_later(3)
    assert mailed(MailKind.APPROVAL_REMINDER) == []
    hours_later(1)
    hours_later(1)
    assert mailed(MailKind.APPROVAL_REMINDER) == ["li"]
    assert asked(pressed) == {"li"}
    hours_later(3)
    assert asked(pressed) == {"admin"}
    assert mailed(MailKind.APPROVAL_REQUESTED) == ["li", "admin"]
    hours_later(48)  # nobody is above the administrator
    assert asked(pressed) == {"admin"}


def test_who_decides_in_time_is_left_alone(pressed: ApprovalRequest) -> None:
    hours_later(3)
    decide_as(pressed, "li+")
    hours_later(24)
    assert mailed(MailKind.APPROVAL_REMINDER) == []
    assert pressed.closure is Closure.APPROVED


def test_a_worker_that_dies_before_it_is_done_leaves_it_to_the_next(
    pressed: ApprovalRequest,
) -> None:
    clock.set_to(clock.now() + timedelta(hours=8))
    press_on()
    db.session.rollback()  # as a process that is killed leaves it
    assert asked(pressed) == {"li"}
    hours_later(0)
    hours_later(1)
    assert mailed(MailKind.APPROVAL_REQUESTED) == ["li", "admin"]


def test_four_workers_ask_and_remind_once(app: Flask, pressed: ApprovalRequest) -> None:
    clock.set_to(clock.now() + timedelta(hours=4))
    db.session.commit()

    def work() -> None:
        with app.app_context():
            jobs.run_once()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.session.expire_all()
    assert mailed(MailKind.APPROVAL_REMINDER) == ["li"]


@pytest.mark.parametrize("manner", [Manner.IS_BUSY, Manner.DROPS_AFTER_DATA])
def test_a_mail_server_that_fails_loses_and_doubles_nothing(
    cast: Cast, mailbox: Mailbox, manner: Manner
) -> None:
    flow(step(ApproverKind.MANAGER, remind_hours=4, escalate_hours=8))
    hand_in(cast)
    jobs.run_once()
    mailbox.manner = manner
    hours_later(8)
    assert [mail.recipients for mail in mailbox.messages] == [["li@example.com"]]
    mailbox.manner = Manner.ACCEPTS
    hours_later(BACK_OFF[0] / 3600)
    hours_later(1)
    # The evening's report comes through as well, once to each who leads.
    reports = [mail for mail in mailbox.messages if mail.subject.startswith("Daily report")]
    assert len(reports) == len({mail.recipients[0] for mail in reports}) > 0
    mails = [mail for mail in mailbox.messages if mail not in reports]
    assert [mail.recipients for mail in mails] == [["li@example.com"], ["admin@example.com"]]
    assert mails[-1].subject.startswith("Escalated: ")


def test_what_waits_goes_to_the_delegate_on_the_first_day(cast: Cast) -> None:
    request = hand_in(cast)
    Delegation.begin(cast.li, cast.zhou, date(2026, 6, 18), date(2026, 6, 19), by=cast.li)
    hours_later(1)
    assert asked(request) == {"li"}
    hours_later(24)
    assert asked(request) == {"zhou"}
    assert mailed(MailKind.APPROVAL_REQUESTED) == ["li", "zhou"]
    hours_later(72)  # who took it over keeps it
    assert asked(request) == {"zhou"}


def test_what_a_leaver_was_to_decide_goes_to_their_superior(cast: Cast) -> None:
    request = hand_in(cast)
    cast.li.deactivate(by=cast.admin)
    db.session.commit()
    (part,) = request.asked
    assert (part.approver, part.in_place_of, part.came_by) == (cast.admin, cast.li, CameBy.LEFT)
    assert request.assignments[0].release is Release.HANDED_ON
    assert mailed(MailKind.APPROVAL_REQUESTED) == ["li", "admin"]


def test_a_leaver_whose_turn_comes_later_is_not_asked(cast: Cast) -> None:
    flow(named(cast.fin, cast.li, mode=Mode.IN_TURN))
    request = hand_in(cast)
    cast.li.deactivate(by=cast.admin)
    db.session.commit()
    assert asked(request) == {"fin"}
    decide_as(request, "fin+")
    assert asked(request) == {"admin"}
    assert mailed(MailKind.APPROVAL_REQUESTED) == ["fin", "admin"]


def test_where_the_superior_agreed_before_the_request_goes_on(cast: Cast) -> None:
    flow(named(cast.admin), step(ApproverKind.MANAGER), named(cast.fin))
    request = hand_in(cast)
    decide_as(request, "admin+")
    cast.li.deactivate(by=cast.admin)
    db.session.commit()
    assert asked(request) == {"fin"}


def test_what_nobody_else_can_decide_stays_and_can_be_taken_back(cast: Cast) -> None:
    flow(named(cast.fin))
    request = hand_in(cast, draft(cast, by=cast.admin))
    cast.fin.manager = cast.admin
    cast.fin.deactivate(by=cast.admin)
    db.session.commit()
    assert asked(request) == {"fin"}
    request.document.withdraw(by=cast.admin)
    assert request.closure is Closure.WITHDRAWN


def test_everything_stands_in_the_trail(pressed: ApprovalRequest) -> None:
    hours_later(4)
    hours_later(4)
    chosen = select(Event.action).where(
        Event.subject_kind == "approval_request", Event.subject_id == pressed.id
    )
    assert db.session.scalars(chosen.order_by(Event.id)).all() == [
        Action.APPROVAL_OPENED, Action.APPROVAL_ASKED, Action.APPROVAL_REMINDED,
        Action.APPROVAL_ESCALATED, Action.APPROVAL_RELEASED, Action.APPROVAL_ASKED,
    ]  # fmt: skip
