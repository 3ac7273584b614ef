"""The approval link: the protocol in DOMAIN.md line by line, and the attacks on it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock, mail
from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import (
    Action,
    ApprovalAssignment,
    ApprovalRequest,
    ApprovalToken,
    ClaimState,
    Event,
    MailKind,
    OutgoingMail,
    TrustedDevice,
)
from crm.models.approval import Decision, TokenState
from crm.signing_in import DEVICE_COOKIE
from tests.approval_links import AT_ONCE, SCANS, Link, events, follow, mint, send
from tests.cast import PASSWORD, Cast
from tests.claims import decide, draft, make_item, submitted
from tests.page import Browser, Page
from tests.snapshots import changes, snapshot


@pytest.fixture
def link(cast: Cast) -> Link:
    """Li is asked to decide on 300.00 of Wang's."""
    return mint(submitted(cast))


@pytest.fixture
def large(cast: Cast) -> Link:
    """Li is asked to decide on 2,000.01: a cent above what the link alone decides."""
    return mint(submitted(cast, make_item(cast, "2000.01")))


# 1. The token


def test_a_token_is_256_random_bits_of_which_only_the_hash_is_stored(link: Link) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", link.secret)
    row = db.session.scalars(select(ApprovalToken)).one()
    stored = [str(value) for value in vars(row).values()]
    assert all(link.secret not in value for value in stored)
    assert (row.purpose, row.assignment_id, row.approver_id, row.document_version) == (
        "approval", link.assignment.id, link.assignment.approver_id, link.claim.version,
    )  # fmt: skip


def test_links_are_built_from_the_configured_address_whatever_the_request_says(
    app: Flask, link: Link, browser: Browser
) -> None:
    with app.test_request_context(headers={"Host": "127.0.0.1"}):
        letter = mail.approval_requested(link.assignment, link.secret)
    assert f"http://localhost{link.address}" in letter.text
    assert "127.0.0.1" not in letter.text + letter.html
    for headers in ({"Host": "evil.test"}, {"Host": "localhost.evil.test"}):
        assert browser.client.get(link.address, headers=headers).status_code == 400
    response = browser.client.get(link.address, headers={"X-Forwarded-Host": "evil.test"})
    assert "evil.test" not in response.headers["Location"]


@pytest.mark.parametrize("guess", ["0" * 64, "x", "%00", "..%2f..%2fetc", "a" * 5_000])
def test_a_guessed_token_leads_nowhere(
    app: Flask, link: Link, browser: Browser, guess: str
) -> None:
    before = snapshot(app)
    browser.get(f"/approve/{guess}", status=404)
    browser.client.set_cookie(f"approval_{link.assignment.id}", guess[:64], path=link.review)
    browser.get(link.review, status=410)
    browser.post(link.review, {"decision": "approved"}, status=410)
    assert changes(before, snapshot(app)) == []


def test_the_hash_itself_is_no_token(link: Link, browser: Browser) -> None:
    digest = db.session.scalars(select(ApprovalToken.digest)).one()
    browser.get(f"/approve/{digest}", status=404)


def test_a_token_opens_its_own_request_only(cast: Cast, link: Link, browser: Browser) -> None:
    other = mint(submitted(cast, title="西安出差"))
    browser.client.set_cookie(f"approval_{other.assignment.id}", link.secret, path=other.review)
    browser.get(other.review, status=410)
    browser.post(other.review, {"decision": "approved"}, status=410)
    assert other.claim.state is ClaimState.SUBMITTED


# 2. Looking changes nothing


def test_a_thousand_scans_change_nothing(app: Flask, link: Link) -> None:
    before = snapshot(app, without=set())
    scanner = Browser(app).client
    for number in range(SCANS // 2):
        # Every tenth goes on to the review, with the cookie as a real browser would.
        path, status = (link.review, 200) if number % 10 == 9 else (link.address, 303)
        assert scanner.head(path).status_code == status
        assert scanner.get(path).status_code == status
    assert changes(before, snapshot(app, without=set())) == []
    assert db.session.scalars(select(ApprovalToken)).one().state is TokenState.LIVE


def test_the_link_leads_to_an_address_without_the_token(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    assert browser.last.request.path == link.review
    assert link.secret not in page.html
    assert link.secret not in str(browser.last.headers)


def test_the_cookie_is_short_lived_and_for_the_review_alone(link: Link, browser: Browser) -> None:
    browser.get(link.address, status=303)
    cookie = browser.last.headers["Set-Cookie"]
    for part in ("Max-Age=1800", "HttpOnly", f"Path={link.review}", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_nobody_keeps_or_lists_the_pages(link: Link, browser: Browser) -> None:
    pages = [(link.address, 303), (link.review, 200), ("/approve/nothing", 404)]
    for path, status in pages:
        browser.get(path, status=status)
        headers = browser.last.headers
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_review_loads_nothing_from_elsewhere(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    loaded = [
        values.get("src") or values.get("href") or ""
        for tag, values in page.tags
        if tag in {"script", "img", "link", "iframe", "use", "source"}
    ]
    assert loaded
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)


# 3. What the page shows


def test_the_review_shows_the_claim_as_it_is_and_two_buttons(
    cast: Cast, link: Link, browser: Browser
) -> None:
    page = follow(browser, link)
    for shown in ("大连出差", "王芳", "300.00", "拜访采购部", cast.sigma.name):
        assert shown in page.text
    form = page.form(link.review)
    assert form["method"] == "post"
    assert not any(name.startswith("hx-") for name in form), "works without JavaScript"
    buttons = [values["value"] for tag, values in page.tags
               if tag == "button" and values.get("name") == "decision"]  # fmt: skip
    assert buttons == ["approved", "rejected", "returned"]


def test_the_review_shows_the_deal_with_its_stage_and_what_it_may_bring(
    cast: Cast, browser: Browser
) -> None:
    item = make_item(cast)
    item.deal = cast.pumps
    page = follow(browser, mint(submitted(cast, item)))
    chance = cast.pumps.chance
    weighted = 186_000 * chance // 100
    for shown in (cast.pumps.name, cast.pumps.stage.label_en, f"{weighted:,}"):
        assert shown in page.text


def test_what_changed_since_the_claim_was_handed_in_before_is_shown(
    cast: Cast, link: Link, browser: Browser
) -> None:
    again = correct(cast, link)
    assert "450.00" in follow(browser, mint(again)).text


def test_receipts_behind_the_link_are_those_of_its_claim(cast: Cast, browser: Browser) -> None:
    mine, other = (mint(submitted_with_receipt(cast, title)) for title in ("甲", "乙"))
    follow(browser, mine)
    receipt, foreign = (found.claim.items[0].receipts[0].id for found in (mine, other))
    response = browser.client.get(f"{mine.review}/receipts/{receipt}", buffered=True)
    assert response.status_code == 200
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert browser.client.get(f"{mine.review}/receipts/{foreign}").status_code == 404
    assert browser.client.get(f"{other.review}/receipts/{foreign}").status_code == 410


# 4. Deciding


def test_approving_decides_records_and_queues_the_mails(
    cast: Cast, link: Link, browser: Browser
) -> None:
    send(browser, follow(browser, link), link)
    db.session.refresh(link.assignment)
    assert (link.assignment.decision, link.assignment.by_link) == (Decision.APPROVED, True)
    assert link.claim.state is ClaimState.APPROVED
    event = db.session.scalars(select(Event).where(Event.action == Action.CLAIM_APPROVED)).one()
    assert event.by_id == cast.li.id
    assert event.particulars["by_link"] is True
    assert event.done_at is None, "the worker mails the claimant, and a receipt to the approver"


def test_rejecting_needs_a_comment(link: Link, browser: Browser) -> None:
    page = send(browser, follow(browser, link), link, "rejected", status=422)
    assert link.claim.state is ClaimState.SUBMITTED
    send(browser, page, link, "rejected", comment="没有发票")
    assert link.claim.state is ClaimState.REJECTED
    assert link.assignment.comment == "没有发票"


@pytest.mark.parametrize("decision", ["", "maybe", "APPROVED", "withdrawn"])
def test_anything_else_is_no_decision(link: Link, browser: Browser, decision: str) -> None:
    send(browser, follow(browser, link), link, decision, status=422)
    assert link.claim.state is ClaimState.SUBMITTED


def test_a_decision_needs_the_form_token(link: Link, browser: Browser) -> None:
    form = follow(browser, link).form(link.review)["fields"]
    form |= {"decision": "approved", "csrf_token": ""}
    response = browser.client.post(link.review, data=form)
    assert response.status_code == 400
    assert link.claim.state is ClaimState.SUBMITTED


@pytest.mark.parametrize(("name", "value"), [("version", "99"), ("content_hash", "0" * 64)])
def test_only_what_was_shown_is_decided(
    link: Link, browser: Browser, name: str, value: str
) -> None:
    page = follow(browser, link)
    browser.submit(page, link.review, 409, decision="approved", **{name: value})
    assert link.claim.state is ClaimState.SUBMITTED


def test_many_at_once_make_one_decision(app: Flask, link: Link) -> None:
    browsers = [Browser(app) for _ in range(AT_ONCE)]
    forms = [follow(browser, link).form(link.review)["fields"] for browser in browsers]
    db.session.remove()
    start = Barrier(AT_ONCE)

    def approve(browser: Browser, form: dict[str, Any]) -> str:
        start.wait()
        response = browser.client.post(link.review, data={**form, "decision": "approved"})
        return f"{response.status_code} {Page(response.text).text}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(approve, browsers, forms))
    assert [answer[:3] for answer in answers] == ["200"] * AT_ONCE
    assert sum("Already approved by you at" in answer for answer in answers) == AT_ONCE - 1
    assert events(Action.CLAIM_APPROVED) == 1
    decided = select(func.count()).where(ApprovalAssignment.decided_at.is_not(None))
    assert db.session.scalar(decided) == 1


# 5. Who decides


def test_above_the_limit_the_link_alone_does_not_decide(large: Link, browser: Browser) -> None:
    page = follow(browser, large)
    assert [form for form in page.forms if form["action"] == large.review] == []
    browser.post(large.review, {"decision": "approved"})
    assert browser.location == f"/sign-in?next=/approvals/{large.assignment.id}"
    assert large.claim.state is ClaimState.SUBMITTED


def test_up_to_the_limit_it_does(cast: Cast, browser: Browser) -> None:
    link = mint(submitted(cast, make_item(cast, "2000.00")))
    send(browser, follow(browser, link), link)
    assert link.claim.state is ClaimState.APPROVED


def test_above_the_limit_the_signed_in_approver_decides(large: Link, browser: Browser) -> None:
    browser.sign_in("li")
    send(browser, follow(browser, large), large)
    assert large.claim.state is ClaimState.APPROVED


def test_above_the_limit_a_trusted_device_vouches_for_its_owner_alone(
    cast: Cast, large: Link, app: Flask
) -> None:
    secrets = {
        who: TrustedDevice.trust(getattr(cast, who), device="phone") for who in ("wang", "li")
    }
    db.session.commit()
    others = Browser(app)
    others.client.set_cookie(DEVICE_COOKIE, secrets["wang"])
    follow(others, large)
    others.post(large.review, {"decision": "approved"})
    assert others.location.startswith("/sign-in")
    own = Browser(app)
    own.client.set_cookie(DEVICE_COOKIE, secrets["li"])
    send(own, follow(own, large), large)
    assert large.claim.state is ClaimState.APPROVED


def test_a_device_is_trusted_for_ninety_days(cast: Cast, large: Link, browser: Browser) -> None:
    clock.set_to(clock.now() - timedelta(days=90))
    browser.client.set_cookie(DEVICE_COOKIE, TrustedDevice.trust(cast.li, device="phone"))
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=90))
    assert [form for form in follow(browser, large).forms if form["action"] == large.review] == []


@pytest.mark.parametrize("who", ["wang", "zhou", "admin"])
def test_another_user_is_refused_and_that_is_recorded(
    link: Link, browser: Browser, who: str
) -> None:
    browser.sign_in(who)
    browser.get(link.address, status=303)
    browser.get(link.review, status=403)
    browser.post(link.review, {"decision": "approved"}, status=403)
    assert events(Action.LINK_REFUSED) == 1  # looking changes nothing, trying is recorded
    assert link.claim.state is ClaimState.SUBMITTED


def test_nobody_decides_on_their_own_claim(cast: Cast, browser: Browser) -> None:
    link = mint(submitted(cast))
    link.assignment.approver = cast.wang
    db.session.scalars(select(ApprovalToken)).one().approver_id = cast.wang.id
    db.session.commit()
    page = follow(browser, link)
    for form in page.forms:
        if form["action"] == link.review:
            send(browser, page, link, status=403)
    assert link.claim.state is ClaimState.SUBMITTED


def test_a_deactivated_approver_does_not_decide(cast: Cast, link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    cast.li.deactivate(by=None)
    db.session.commit()
    send(browser, page, link, status=410)
    browser.get(link.review, status=410)
    assert link.claim.state is ClaimState.SUBMITTED


# 6. Changed, used, expired


def correct(cast: Cast, link: Link) -> ApprovalAssignment:
    """Wang takes the claim back, adds a cost and hands it in again."""
    claim = link.claim
    claim.withdraw(by=cast.wang)
    claim.add_item(make_item(cast, "150.00"), by=cast.wang)
    request = claim.submit(by=cast.wang)
    db.session.commit()
    return request.assignments[0]


def submitted_with_receipt(cast: Cast, title: str) -> ApprovalAssignment:
    claim = draft(cast, title=title)
    db.session.flush()
    receipt = PreparedFile("ticket.pdf", "application/pdf", b"%PDF-1.4 " + title.encode())
    claim.items[0].receipts.append(store(receipt, kind="expense_item", by=cast.wang))
    request = claim.submit(by=cast.wang)
    db.session.commit()
    return request.assignments[0]


def test_a_withdrawn_claim_is_not_decided(cast: Cast, link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    link.claim.withdraw(by=cast.wang)
    db.session.commit()
    send(browser, page, link, status=410)
    browser.get(link.review, status=410)
    assert link.claim.state is ClaimState.DRAFT


def test_a_changed_claim_voids_the_link_and_mails_a_new_one(
    cast: Cast, link: Link, browser: Browser
) -> None:
    page = follow(browser, link)
    again = correct(cast, link)
    send(browser, page, link, status=410)
    assert db.session.scalars(select(ApprovalToken)).one().state is TokenState.CHANGED
    assert link.claim.state is ClaimState.SUBMITTED
    mails = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    ).all()
    assert [sent.particulars["assignment"] for sent in mails] == [link.assignment.id, again.id]


def test_the_same_decision_again_answers_when_it_was_taken(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    send(browser, page, link)
    again = send(browser, page, link)
    assert "Already approved by you at" in again.text
    assert "Already approved by you at" in follow(browser, link).text
    assert events(Action.CLAIM_APPROVED) == 1


def test_the_opposite_decision_is_a_conflict(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    send(browser, page, link)
    send(browser, page, link, "rejected", status=409, comment="doch nicht")
    assert link.claim.state is ClaimState.APPROVED


def test_what_was_decided_on_the_page_is_decided_for_the_link(link: Link, browser: Browser) -> None:
    page = follow(browser, link)
    decide(link.assignment, Decision.REJECTED, comment="没有发票")
    send(browser, page, link, status=409)
    assert link.claim.state is ClaimState.REJECTED


def test_after_72_hours_the_link_only_offers_to_sign_in(
    app: Flask, link: Link, browser: Browser
) -> None:
    page = follow(browser, link)
    clock.set_to(clock.now() + timedelta(hours=72) - timedelta(seconds=1))
    browser.get(link.review)
    clock.set_to(clock.now() + timedelta(seconds=1))
    before = snapshot(app)
    expired = browser.get(link.review, status=410)
    assert any(values.get("href", "").startswith("/sign-in") for _, values in expired.tags)
    assert [form for form in expired.forms if form["action"] == link.review] == []
    send(browser, page, link, status=410)
    assert changes(before, snapshot(app)) == []


def test_signing_in_from_the_link_leads_to_the_request(large: Link, browser: Browser) -> None:
    page = follow(browser, large)
    address = next(values["href"] for _, values in page.tags
                   if values.get("href", "").startswith("/sign-in"))  # fmt: skip
    sign_in = browser.get(address)
    browser.submit(sign_in, "/sign-in", login="li", password=PASSWORD)
    assert browser.location == f"/approvals/{large.assignment.id}"
    browser.submit(browser.follow(), "/decision", decision="approved")
    assert large.claim.state is ClaimState.APPROVED
    assert db.session.scalars(select(ApprovalRequest)).one().closure == "approved"
