"""The inbox: what waits, deciding where it stands, several at once, and what waits for others."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import ApprovalAssignment, ApprovalRequest, ClaimState, Company
from crm.models.approval import ApproverKind, Decision, Mode
from crm.models.approval.pressing import escalate
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.flows import decide_as, flow, hand_in, named, step, three_steps
from tests.page import Browser, Page
from tests.queries_counted import counted

ROW, COUNTS = "#approval_assignment_{}_row", ("#requests_index_count", "#pages_found")
FACTS = "#approval_assignment_{}_facts"


@pytest.fixture
def li(app: Flask, cast: Cast) -> Browser:
    """Who decides on the claims of the East."""
    return Browser(app).sign_in("li")


def targets(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


def ticks(page: Page) -> list[str]:
    """What can be ticked, as it is sent."""
    return [values["value"] for _, values in page.tags
            if values.get("name") == "record" and values.get("value")]  # fmt: skip


def together(browser: Browser, *shown: str, status: int = 200) -> Page:
    return browser.post("/approvals/decisions", {"record": list(shown)}, status=status)


# What stands in a row


def test_the_oldest_stands_first_with_all_that_a_decision_takes(cast: Cast, li: Browser) -> None:
    now = clock.now()
    for days, title in ((1, "后来的"), (3, "先来的")):
        with clock.stopped_at(now - timedelta(days=days)):
            submitted(cast, make_item(cast), make_item(cast, "45.00", category="Entertainment"),
                      title=title)  # fmt: skip
    page = li.get("/approvals")
    assert page.text.index("先来的") < page.text.index("后来的")
    for shown in ("王芳", "345.00", "Travel", "Entertainment", cast.sigma.name, "spent before",
                  "2 without a receipt", "3 days ago"):  # fmt: skip
        assert shown in page.text


def test_a_row_says_which_step_it_is_in_whose_place_and_until_when(
    app: Flask, cast: Cast, li: Browser
) -> None:
    flow(named(cast.zhao, escalate_hours=8))
    request = hand_in(cast)
    escalate(request.asked[0])
    db.session.commit()
    page = li.get("/approvals")
    for shown in ("in the place of 赵磊", "escalated", "goes on to another"):
        assert shown in page.text


def test_a_row_says_where_the_deal_stands_and_what_it_is_worth(
    app: Flask, cast: Cast, li: Browser
) -> None:
    item = make_item(cast)
    item.deal = cast.pumps
    submitted(cast, item)
    stage = cast.pumps.stage.label_en
    page = li.get("/approvals")
    assert f"{cast.pumps.name}: {stage}, CN¥46,500 weighted" in page.text
    assert "Customers, deals and budgets" in page.text, "all of it is one tap away"


def test_a_row_says_what_was_decided_and_said_before(app: Flask, cast: Cast, li: Browser) -> None:
    three_steps(cast)
    request = hand_in(cast)
    request.say("哪天去的？", by=cast.li)
    decide_as(request, "li+")
    page = Browser(app).sign_in("fin").get("/approvals")
    assert "2 decisions and comments so far" in page.text
    for said in ("哪天去的？", "李敏 Approved"):
        assert said in page.text


def test_what_was_said_takes_no_more_queries_for_more_rows(
    app: Flask, cast: Cast, li: Browser
) -> None:
    three_steps(cast)

    def handed_on() -> None:
        request = hand_in(cast)
        request.say("哪天去的？", by=cast.li)
        decide_as(request, "li+")

    fin = Browser(app).sign_in("fin")
    handed_on()
    fin.get("/approvals")
    with counted(app) as one:
        fin.get("/approvals")
    handed_on()
    handed_on()
    with counted(app) as three:
        fin.get("/approvals")
    assert len(three) == len(one)


def test_a_receipt_opens_over_the_page_be_it_a_picture_or_a_pdf(cast: Cast, li: Browser) -> None:
    item = make_item(cast)
    for name, kind in (("票.jpg", "image/jpeg"), ("票.pdf", "application/pdf")):
        content = PreparedFile(name, kind, f"{kind} %PDF-".encode())
        item.receipts.append(store(content, kind="expense_item", by=cast.wang))
    submitted(cast, item)
    row = li.get("/approvals")
    views = [values["href"] for tag, values in row.tags if values.get("class") == "receipt"]
    dialogs = [li.get(view, htmx=True) for view in views]
    assert ["img" in {tag for tag, _ in page.tags} for page in dialogs] == [True, False]
    framed = next(values["src"] for tag, values in dialogs[1].tags if tag == "iframe")
    li.get(framed, buffered=True)
    assert li.last.headers["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in li.last.headers["Content-Security-Policy"]
    assert "Close" not in li.get(views[0]).text, "without JavaScript it is a page"


# Deciding where it stands


def test_a_decided_row_leaves_and_the_others_stay(cast: Cast, li: Browser) -> None:
    first, second = submitted(cast), submitted(cast)
    page = li.get("/approvals")
    assert page.text.count("Approve Reject Return for correction") == 2
    answer = li.submit(page, f"/{first.id}/decision", 200, htmx=True, decision="approved")
    assert targets(answer) == [ROW.format(first.id), *COUNTS, "#toasts"]
    answer = li.submit(page, f"/{second.id}/decision", 200, htmx=True, decision="approved")
    assert targets(answer) == ["#listing", "#toasts"], "the last one leaves the empty inbox"
    assert "Nothing to approve" in answer.text


def test_what_a_decision_changes_in_other_rows_comes_with_it(cast: Cast, li: Browser) -> None:
    first, same = submitted(cast), submitted(cast, make_item(cast, "45.00"))
    other = submitted(cast, make_item(cast, "7.00", customer=cast.western), by=cast.zhao)
    page = li.get("/approvals")
    assert "CN¥300 pending elsewhere" in page.text
    path = f"/approvals/{first.id}/decision"
    sent = {**page.form(path)["fields"], "decision": "approved",
            "shown": [str(each.id) for each in (first, same, other)]}  # fmt: skip
    answer = li.post(path, sent, status=200, htmx=True)
    assert targets(answer) == [ROW.format(first.id), *COUNTS, FACTS.format(same.id), "#toasts"]
    assert f"{cast.sigma.name}: CN¥300 spent before" in answer.text
    assert "pending elsewhere" not in answer.text


@pytest.mark.parametrize("decision", ["returned", "rejected"])
def test_what_needs_a_comment_asks_for_it_in_the_row(
    cast: Cast, li: Browser, decision: str
) -> None:
    assignment = submitted(cast)
    page = li.get("/approvals")
    asked = li.submit(page, "/decision", 422, htmx=True, decision=decision)
    assert targets(asked) == [ROW.format(assignment.id)]
    assert "Say why: the claimant reads this." in asked.text
    assert any(tag == "textarea" and "autofocus" in values for tag, values in asked.tags)
    li.submit(asked, "/decision", 200, htmx=True, decision=decision, comment="缺发票")
    assert (assignment.decision, assignment.comment) == (Decision(decision), "缺发票")


def test_what_changed_meanwhile_is_shown_as_it_is_now(cast: Cast, li: Browser) -> None:
    assignment, other = submitted(cast), submitted(cast)
    page = li.get("/approvals")
    shown = {**page.form(f"/{assignment.id}/decision")["fields"], "content_hash": "0" * 64}
    answer = li.post(f"/approvals/{assignment.id}/decision", {**shown, "decision": "approved"},
                     status=409, htmx=True)  # fmt: skip
    assert targets(answer)[0] == ROW.format(assignment.id)
    assert assignment.is_open
    assert other.is_open


# Several at once


def test_several_are_approved_together_and_named(cast: Cast, li: Browser) -> None:
    claims = [submitted(cast, make_item(cast, amount)) for amount in ("100.00", "250.50")]
    page = together(li, *ticks(li.get("/approvals")))
    assert "350.50 in all" in page.text
    assert {each.request.document.state for each in claims} == {ClaimState.APPROVED}


def test_each_is_decided_by_itself_and_what_is_not_says_why(cast: Cast, li: Browser) -> None:
    good, changed, gone = (submitted(cast, title=title) for title in ("好的", "改过", "撤回"))
    shown = ticks(li.get("/approvals"))
    claim = changed.request.document
    claim.withdraw(by=cast.wang)
    claim.add_item(make_item(cast, "1.00"), by=cast.wang)
    claim.submit(by=cast.wang)
    gone.request.document.withdraw(by=cast.wang)
    db.session.commit()
    page = together(li, *shown)
    assert "1 approved" in page.text
    assert "2 not decided" in page.text
    assert page.text.count("is not what") + page.text.count("You are not asked any more") == 2
    assert good.decision is Decision.APPROVED
    assert (changed.decision, gone.decision) == (None, None)


def test_what_is_above_the_limit_cannot_be_ticked_nor_sent(cast: Cast, li: Browser) -> None:
    limit = Company.current().approval_link_limit
    large = submitted(cast, make_item(cast, str(limit + Decimal("0.01"))))
    page = li.get("/approvals")
    assert ticks(page) == []
    assert "2,000.00: decide it by itself" in page.text
    fields = page.form("/decision")["fields"]
    sent = f"{large.id}:{fields['version']}:{fields['content_hash']}"
    assert "2,000.00: decide it by itself." in together(li, sent).text
    assert large.is_open


def test_somebody_elses_and_nonsense_are_left_alone(app: Flask, cast: Cast) -> None:
    assignment = submitted(cast)
    (shown,) = ticks(Browser(app).sign_in("li").get("/approvals"))
    zhou = Browser(app).sign_in("zhou")
    assert "1 is not yours to decide." in together(zhou, shown).text
    for nonsense in ("", "x", "1:2", ":::", f"{10**12}:1:x", "-1:1:x"):
        together(zhou, nonsense, status=200 if nonsense == "1:2" else 422)
    assert assignment.is_open


def test_more_than_fifty_at_once_are_refused(cast: Cast, li: Browser) -> None:
    assignment = submitted(cast)
    (shown,) = ticks(li.get("/approvals"))
    page = together(li, shown, *[f"{number}:1:x" for number in range(1000, 1050)], status=422)
    assert "at most 50 at once" in page.text
    assert assignment.is_open


def test_the_inbox_has_pages(cast: Cast, li: Browser) -> None:
    for _ in range(51):
        submitted(cast)
    page = li.get("/approvals")
    assert len(ticks(page)) == 50
    rest = next(values["href"] for _, values in page.tags
                if values.get("href", "").startswith("/approvals?after="))  # fmt: skip
    assert len(ticks(li.get(rest))) == 1


# The other lists


def test_what_i_decided_is_found_by_decision_day_and_claimant(cast: Cast, li: Browser) -> None:
    decide(submitted(cast, title="准的"), Decision.APPROVED)
    decide(submitted(cast, title="退的", by=cast.zhao), Decision.RETURNED, comment="日期不对")
    path = "/approvals/decided"
    everything = li.get(path).text
    assert all(word in everything for word in ("准的", "退的", "日期不对"))
    for query, shown, hidden in (
        ("decision=returned", "退的", "准的"),
        (f"claimant={cast.wang.id}", "准的", "退的"),
        ("on=this_week", "准的", "x-none"),
    ):
        page = li.get(f"{path}?{query}")
        assert shown in page.text
        assert hidden not in page.text
    assert "Nothing fits" in li.get(f"{path}?on=last_month").text


def test_nobody_reads_what_another_decided(app: Flask, cast: Cast) -> None:
    decide(submitted(cast, title="准的"), Decision.APPROVED)
    zhou = Browser(app).sign_in("zhou")
    assert "准的" not in zhou.get("/approvals/decided").text
    assert "准的" not in zhou.get("/approvals/others").text


def test_what_waits_for_others_is_told_to_claimant_earlier_approver_and_leader(
    app: Flask, cast: Cast
) -> None:
    flow(step(ApproverKind.MANAGER), named(cast.fin))
    request = hand_in(cast)
    seen = {who: "大连出差" in Browser(app).sign_in(who).get("/approvals/others").text
            for who in ("wang", "li", "fin", "zhou")}  # fmt: skip
    assert seen == {"wang": True, "li": False, "fin": False, "zhou": False}
    decide_as(request, "li+")
    page = Browser(app).sign_in("li").get("/approvals/others")
    assert "冯琴 was asked" in page.text
    assert "approved by you" in page.text
    assert "大连出差" not in Browser(app).sign_in("fin").get("/approvals/others").text


def test_a_leader_sees_who_is_asked_about_what_their_people_handed_in(
    app: Flask, cast: Cast
) -> None:
    flow(named(cast.fin, cast.admin, mode=Mode.ALL))
    hand_in(cast)
    text = Browser(app).sign_in("li").get("/approvals/others").text
    assert "冯琴 was asked" in text
    assert "陈立 was asked" in text


def test_a_draft_waits_for_nobody(app: Flask, cast: Cast) -> None:
    draft(cast)
    db.session.commit()
    assert "Nothing waits for others" in Browser(app).sign_in("wang").get("/approvals/others").text
    assert db.session.scalars(select(ApprovalRequest)).all() == []
    assert db.session.scalars(select(ApprovalAssignment)).all() == []
