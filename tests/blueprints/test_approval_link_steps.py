"""The protocol of the link (DOMAIN.md) in every step of a flow: manager, any of two, climb."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock, jobs
from crm.extensions import db
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalRequest,
    ApprovalToken,
    ClaimState,
    Delegation,
    MailKind,
    OutgoingMail,
)
from crm.models.approval import ApproverKind, TokenState
from crm.models.approval.pressing import escalate, hand_over_of
from tests.approval_links import AT_ONCE, SCANS, Link, events, follow, mint, send
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.flows import decide_as, flow, hand_in, named, step
from tests.page import Browser, Page
from tests.snapshots import changes, snapshot

STEPS = ("li", "zhou", "admin")
EARLIER = {"li": (), "zhou": ("li+",), "admin": ("li+", "fin+")}


def at_step(cast: Cast, username: str, amount: str = "300.00") -> ApprovalRequest:
    """A claim of Wang's that has come to this person: Li, then Zhou or Fin, then Admin."""
    cast.li.approval_limit = Decimal(100)
    flow(step(ApproverKind.MANAGER), named(cast.zhou, cast.fin), step(ApproverKind.CLIMB))
    request = hand_in(cast, draft(cast, make_item(cast, amount)))
    for decision in EARLIER[username]:
        decide_as(request, decision)
    return request


def part_of(request: ApprovalRequest, username: str) -> ApprovalAssignment:
    return next(each for each in request.asked if each.approver.username == username)


def mailed(kind: MailKind) -> list[str]:
    """To whom mails of this kind were written, the oldest first."""
    chosen = select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)
    return [mail.to.username for mail in db.session.scalars(chosen)]


def decisions() -> int:
    chosen = select(func.count()).where(ApprovalAssignment.decided_at.is_not(None))
    return db.session.scalar(chosen) or 0


@pytest.fixture(params=STEPS)
def link(request: pytest.FixtureRequest, cast: Cast) -> Link:
    """The link to each step in turn."""
    return mint(part_of(at_step(cast, request.param), request.param))


def test_a_thousand_scans_change_nothing(app: Flask, link: Link) -> None:
    before = snapshot(app, without=set())
    scanner = Browser(app).client
    for number in range(SCANS // 2):
        path, status = (link.review, 200) if number % 10 == 9 else (link.address, 303)
        assert scanner.head(path).status_code == status
        assert scanner.get(path).status_code == status
    assert changes(before, snapshot(app, without=set())) == []


def post_at_once(app: Flask, links: list[Link]) -> list[tuple[int, str]]:
    """Approve by all of these at the same moment; the statuses and what was answered."""
    browsers = [Browser(app) for _ in links]
    pages = [follow(*each) for each in zip(browsers, links, strict=True)]
    forms = [page.form(link.review)["fields"] for page, link in zip(pages, links, strict=True)]
    addresses = [link.review for link in links]
    db.session.remove()
    start = Barrier(len(links))

    def approve(number: int) -> tuple[int, str]:
        start.wait()
        response = browsers[number].client.post(
            addresses[number], data={**forms[number], "decision": "approved"}
        )
        return response.status_code, Page(response.text).text

    with ThreadPoolExecutor(len(links)) as pool:
        return list(pool.map(approve, range(len(links))))


def test_many_at_once_make_one_decision(app: Flask, link: Link) -> None:
    before = decisions()
    answers = post_at_once(app, [link] * AT_ONCE)
    assert [status for status, _text in answers] == [200] * AT_ONCE
    assert sum("Already approved by you at" in text for _status, text in answers) == AT_ONCE - 1
    assert decisions() == before + 1


def test_two_approvers_at_once_make_one_decision_and_the_other_is_told(
    app: Flask, cast: Cast
) -> None:
    request = at_step(cast, "zhou")
    links = [mint(part_of(request, username)) for username in ("zhou", "fin")]
    answers = post_at_once(app, links * (AT_ONCE // 2))
    assert decisions() == 2  # Li's, and one more
    refused = {text for status, text in answers if status == 410}
    assert [status for status, _text in answers].count(410) == AT_ONCE // 2
    assert all("Already approved by 周涛" in t or "Already approved by 冯琴" in t for t in refused)


def test_replay_and_the_opposite(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    send(browser, page, link)
    assert "Already approved by you at" in send(browser, page, link).text
    send(browser, page, link, "rejected", status=409, comment="doch nicht")
    assert link.assignment.decision == "approved"


@pytest.mark.parametrize(("name", "value"), [("version", "99"), ("content_hash", "0" * 64)])
def test_only_what_was_shown_is_decided(
    link: Link, browser: Browser, name: str, value: str
) -> None:
    browser.submit(follow(browser, link), link.review, 409, decision="approved", **{name: value})
    assert link.claim.state is ClaimState.SUBMITTED


def test_another_user_is_refused_and_that_is_recorded(link: Link, browser: Browser) -> None:
    browser.sign_in("wu")
    browser.get(link.address, status=303)
    browser.get(link.review, status=403)
    browser.post(link.review, {"decision": "approved"}, status=403)
    assert events(Action.LINK_REFUSED) == 1


def test_after_72_hours_the_link_only_offers_to_sign_in(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    clock.set_to(clock.now() + timedelta(hours=72))
    expired = send(browser, page, link, status=410)
    assert [form for form in expired.forms if form["action"] == link.review] == []
    assert link.assignment.decision is None


@pytest.mark.parametrize("username", STEPS)
def test_above_the_limit_the_link_alone_does_not_decide(
    cast: Cast, browser: Browser, username: str
) -> None:
    link = mint(part_of(at_step(cast, username, "2000.01"), username))
    follow(browser, link)
    browser.post(link.review, {"decision": "approved"})
    assert browser.location == f"/sign-in?next=/approvals/{link.assignment.id}"
    browser.sign_in(username)
    send(browser, follow(browser, link), link)
    assert link.assignment.decision == "approved"


def test_each_step_is_mailed_after_the_one_before_and_the_claimant_at_the_end(cast: Cast) -> None:
    request = at_step(cast, "li")
    decided: list[str] = []
    for sign, asked in (("li+", ["zhou", "fin"]), ("zhou+", ["admin"]), ("admin+", [])):
        before = mailed(MailKind.APPROVAL_REQUESTED)
        decide_as(request, sign)
        jobs.run_once()
        decided.append(sign[:-1])
        assert mailed(MailKind.APPROVAL_REQUESTED) == before + asked
        assert mailed(MailKind.DECISION_RECEIPT) == decided
        assert mailed(MailKind.REQUEST_DECIDED) == (["wang"] if sign == "admin+" else [])


Verb = Callable[[Cast, Link], object]


def away(cast: Cast, link: Link) -> None:
    person = link.assignment.approver
    Delegation.begin(person, cast.sun, date(2026, 6, 1), date(2026, 6, 30), by=person)
    hand_over_of(person)


def withdrawn(cast: Cast, link: Link) -> None:
    link.claim.withdraw(by=cast.wang)


def corrected(cast: Cast, link: Link) -> None:
    claim = link.claim
    claim.withdraw(by=cast.wang)
    claim.add_item(make_item(cast, "1.00"), by=cast.wang)
    claim.submit(by=cast.wang)


def decided_by_fin(_cast: Cast, link: Link) -> None:
    decide_as(link.assignment.request, "fin~")


@pytest.mark.parametrize(
    ("verb", "state", "told"),
    [
        (away, TokenState.HANDED_ON, "孙健 decides instead of you since"),
        (lambda _cast, link: escalate(link.assignment), TokenState.ESCALATED,
         "It waited for too long: 陈立 decides since"),
        (withdrawn, TokenState.WITHDRAWN, "王芳 took it back to correct it on"),
        (corrected, TokenState.CHANGED, "It has changed since this mail."),
        (decided_by_fin, TokenState.SETTLED, "Already returned by 冯琴 at"),
    ],
    ids=["absence", "escalation", "withdrawal", "change", "another's decision"],
)  # fmt: skip
def test_a_dead_link_says_what_happened(
    cast: Cast, browser: Browser, verb: Verb, state: TokenState, told: str
) -> None:
    link = mint(part_of(at_step(cast, "zhou"), "zhou"))
    page = follow(browser, link)
    verb(cast, link)
    db.session.commit()
    for dead in (browser.get(link.review, status=410), send(browser, page, link, status=410)):
        assert told in dead.text
        assert "300.00" not in dead.text
    token = ApprovalToken.find(link.secret)
    assert token is not None
    assert token.state is state


def test_the_review_tells_of_the_steps_before(cast: Cast, browser: Browser) -> None:
    request = at_step(cast, "zhou")
    page = follow(browser, mint(part_of(request, "zhou")))
    for told in ("2 of 3", "The flow names you.", "one of you is enough: 冯琴", "李敏", "Approved"):
        assert told in page.text
