"""A request on its pages: the way, the trail, asking and answering, adding and reminding."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, mail
from crm.extensions import db
from crm.models import ApprovalComment, Event, MailKind, OutgoingMail, User
from crm.queries.approvals.ways import Stand, way_ahead
from crm.reactions import REACTIONS
from tests.cast import Cast
from tests.claims import draft
from tests.flows import asked, decide_as, hand_in, three_steps
from tests.page import Browser, Page


@pytest.fixture
def wang(app: Flask, cast: Cast) -> Browser:
    """The claimant."""
    return Browser(app).sign_in("wang")


def mailed(kind: MailKind) -> set[str]:
    """To whom mails of this kind go, once what happened has had its consequences."""
    for event in db.session.scalars(select(Event).where(Event.done_at.is_(None))).all():
        for react in REACTIONS.get(event.action, ()):
            react(event)
        event.done_at = clock.now()
    db.session.commit()
    return {mail.to.username for mail in db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == kind))}  # fmt: skip


# The way


def test_before_handing_in_the_claimant_reads_who_will_decide(cast: Cast, wang: Browser) -> None:
    three_steps(cast)
    claim = draft(cast)
    db.session.commit()
    assert [each.stand for each in way_ahead(claim)] == [
        Stand.TO_COME, Stand.TO_COME, Stand.SKIPPED]  # fmt: skip
    page = wang.get(f"/expenses/{claim.id}")
    assert "Who decides" in page.text
    assert "李敏" in page.text
    assert "冯琴" in page.text


def standing(page: Page) -> str:
    """What the notice says of the approval."""
    found = re.search(r'<section class="notice[^>]*>(.*?)</section>', page.html, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>|\s+", " ", found[1])


def test_what_was_rejected_begins_with_the_rejection_and_says_who_decides_the_next_time(
    cast: Cast, wang: Browser
) -> None:
    three_steps(cast)
    request = hand_in(cast)
    path = f"/expenses/{request.document_id}"
    page = wang.get(path)
    assert "when it is handed in again" not in page.text
    assert "李敏 was asked" in standing(page)
    decide_as(request, "li+")
    told = standing(wang.get(path))
    assert told.index("Approved") < told.index("冯琴 was asked")
    decide_as(request, "fin-")
    page = wang.get(path)
    assert standing(page).split()[0] == "Rejected"
    assert "Approved · 李敏" in " ".join(standing(page).split())
    assert "was asked" not in standing(page)
    assert "Who decides when it is handed in again" in page.text


def test_what_was_taken_back_begins_with_that(app: Flask, cast: Cast, wang: Browser) -> None:
    three_steps(cast)
    request = hand_in(cast)
    decide_as(request, "li+")
    request.document.withdraw(by=cast.wang)
    db.session.commit()
    path = f"/expenses/{request.document_id}"
    assert standing(wang.get(path)).split()[0] == "Withdrawn"
    fin = Browser(app).sign_in("fin").get(path)
    assert "when it is handed in again" not in fin.text, "who does not hand it in reads how it went"


def test_the_trail_stands_in_order_for_claimant_and_approver(
    app: Flask, cast: Cast, wang: Browser
) -> None:
    three_steps(cast)
    request = hand_in(cast)
    decide_as(request, "li+")
    page = wang.get(f"/expenses/{request.document_id}")
    told = ["李敏 is asked", "Approved", "冯琴 is asked"]
    trail = page.text[page.text.index("Trail") :]
    places = [trail.index(each) for each in told]
    assert places == sorted(places)
    fin = Browser(app).sign_in("fin")
    assert "李敏 is asked" in fin.get(f"/approvals/{request.asked[0].id}").text


# Asking and answering


def test_a_question_goes_to_the_claimant_and_the_answer_to_who_asked(
    app: Flask, cast: Cast, wang: Browser
) -> None:
    request = hand_in(cast)
    li = Browser(app).sign_in("li")
    path = f"/approvals/{request.asked[0].id}"
    li.submit(li.get(path), "/comments", text="哪天去的？")
    assert mailed(MailKind.APPROVAL_COMMENTED) == {"wang"}
    page = wang.get(f"/expenses/{request.document_id}")
    assert "哪天去的？" in page.text
    wang.submit(page, "/comments", text="六月十日。")
    assert mailed(MailKind.APPROVAL_COMMENTED) == {"wang", "li"}
    assert "六月十日。" in li.get(path).text


def test_after_a_return_the_answer_goes_to_who_returned_it(cast: Cast, wang: Browser) -> None:
    request = hand_in(cast)
    decide_as(request, "li~")
    wang.submit(wang.get(f"/expenses/{request.document_id}"), "/comments", text="已补。")
    assert mailed(MailKind.APPROVAL_COMMENTED) == {"li"}


def test_the_mail_says_what_was_written_and_leads_each_to_their_page(cast: Cast) -> None:
    request = hand_in(cast)
    comment = request.say("哪天去的？", by=cast.li)
    db.session.commit()
    letter = mail.approval_commented(comment, cast.wang)
    assert "大连出差" in letter.subject
    for part in (letter.text, letter.html):
        assert "哪天去的？" in part
        assert request.document.number in part
        assert f"http://localhost/expenses/{request.document_id}" in part
    answer = request.say("六月十日。", by=cast.wang)
    assert f"/approvals/{request.asked[0].id}" in mail.approval_commented(answer, cast.li).text


def test_nobody_else_writes_and_nothing_empty(app: Flask, cast: Cast, wang: Browser) -> None:
    request = hand_in(cast)
    path = f"/approvals/requests/{request.id}/comments"
    for stranger in ("zhou", "fin"):
        Browser(app).sign_in(stranger).post(path, {"text": "x"}, status=404)
    wang.post(path, {"text": "  "})
    wang.post(path, {"text": "x" * 2_001})
    assert db.session.scalars(select(ApprovalComment)).all() == []
    shown = Browser(app).sign_in("fin").get(f"/expenses/{request.document_id}")
    assert "Trail" in shown.text, "who sees the claim reads the trail"
    assert "Question or answer" not in shown.text


# Adding and reminding


def add(browser: Browser, request: int, who: str, status: int = 303) -> str:
    path = f"/approvals/{request}/approvers"
    return browser.submit(browser.get(f"{path}/new"), path, status, colleague=who).text


def test_an_approver_adds_another_who_must_agree_too(app: Flask, cast: Cast) -> None:
    request = hand_in(cast)
    li, assignment = Browser(app).sign_in("li"), request.asked[0].id
    add(li, assignment, "冯琴")
    assert asked(request) == {"li", "fin"}
    add(li, assignment, "冯琴")
    assert asked(request) == {"li", "fin"}
    assert "You are asked already." in add(li, assignment, "李敏", 422)
    assert "The claimant decides nothing of their own." in add(li, assignment, "王芳", 422)
    decide_as(request, "li+")
    assert request.is_open
    add(li, assignment, "周涛")
    assert asked(request) == {"fin"}, "who has decided adds nobody"


def test_the_claimant_reminds_once_in_twenty_hours_and_reads_when_next(
    cast: Cast, wang: Browser
) -> None:
    now = clock.now()
    with clock.stopped_at(now - timedelta(hours=21)):
        request = hand_in(cast)
    page = f"/expenses/{request.document_id}"
    wang.submit(wang.get(page), "/reminder")
    assert mailed(MailKind.APPROVAL_REMINDER) == {"li"}
    assert "You can have them reminded from" in wang.get(page).text
    wang.post(f"/approvals/requests/{request.id}/reminder")
    count = select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REMINDER)
    assert len(db.session.scalars(count).all()) == 1


def test_only_the_claimant_reminds(app: Flask, cast: Cast) -> None:
    with clock.stopped_at(clock.now() - timedelta(hours=21)):
        request = hand_in(cast)
    li = Browser(app).sign_in("li")
    assert "Remind" not in li.get(f"/approvals/{request.asked[0].id}").text
    li.post(f"/approvals/requests/{request.id}/reminder", status=403)
    assert isinstance(db.session.get(User, request.claimant_id), User)
