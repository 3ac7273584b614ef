"""What the mails say, to whom, in which language, and when they are no longer said at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, mail
from crm.extensions import db
from crm.models import (
    Announcement,
    ApprovalAssignment,
    ApprovalToken,
    Company,
    DailyReportComment,
    ExchangeRate,
    MailKind,
    OutgoingMail,
    Task,
    User,
)
from crm.models.approval import Decision, TokenState
from crm.reported_days import ReportedDays, Stretch
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import SPENT_ON, decide, draft, make_item, submitted
from tests.page import Browser


def letter_to(reader: User, kind: MailKind, **particulars: int) -> mail.Letter:
    """What ``reader`` would get now."""
    with mail.written_for(reader):
        return mail.compose(OutgoingMail(kind=kind, particulars=particulars))


def asked(assignment: ApprovalAssignment) -> mail.Letter:
    return letter_to(assignment.approver, MailKind.APPROVAL_REQUESTED, assignment=assignment.id)


def both(letter: mail.Letter, *wanted: str) -> None:
    """Text and HTML both say it."""
    for text in wanted:
        assert text in letter.text
        assert text in letter.html


def test_the_approval_mail_shows_what_a_decision_needs(cast: Cast) -> None:
    travel = make_item(cast, "1200.50", purpose="大连，两日")
    meal = make_item(cast, "380", purpose="晚餐四人", category="Entertainment")
    meal.deal = cast.pumps
    letter = asked(submitted(cast, travel, meal))
    assert letter.subject == "Approve CN¥1,580.50? 王芳, 大连出差"
    both(
        letter,
        "王芳",
        "大连出差",
        "E-000001",
        "CN¥1,580.50",
        "Travel",
        "CN¥1,200.50",
        "Jun 10, 2026",
        "大连，两日",
        "Entertainment",
        "CN¥380.00",
        "晚餐四人",
        "西格玛磁力泵 20 台",
        "大连西格玛流体控制有限公司",
        "No receipt",
    )


def test_the_approval_mail_carries_one_link_and_it_is_live(app: Flask, cast: Cast) -> None:
    assignment = submitted(cast)
    letter = asked(assignment)
    assert letter.text.count("http") == letter.html.count("http") == 1
    address = next(word for word in letter.text.split() if word.startswith("http"))
    assert f'href="{address}"' in letter.html
    assert address.startswith("http://localhost/")
    token = ApprovalToken.find(address.rpartition("/")[2])
    assert token is not None
    assert token.state is TokenState.LIVE
    assert token.expires_at == clock.now() + timedelta(hours=72)
    both(letter, "Jun 20, 2026", "12:00")


def test_links_are_built_from_the_configured_address(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.example.com:8443")
    assignment = submitted(cast)
    with app.test_request_context(headers={"Host": "evil.test"}):
        letter = asked(db.session.get_one(ApprovalAssignment, assignment.id))
    assert "https://crm.example.com:8443/approve/" in letter.text
    assert "evil" not in letter.text + letter.html


def test_another_currency_is_shown_with_its_base_amount(cast: Cast) -> None:
    db.session.add(ExchangeRate(currency="EUR", day=SPENT_ON, rate=Decimal("7.8")))
    db.session.flush()
    letter = asked(submitted(cast, make_item(cast, "100", "EUR")))
    both(letter, "€100.00", "CN¥780.00 at 7.8")


def test_the_customer_is_shown_with_what_it_costs_and_brings(cast: Cast) -> None:
    decide(submitted(cast, make_item(cast, "500")), Decision.APPROVED)
    submitted(cast, make_item(cast, "70"), by=cast.zhao)
    letter = asked(submitted(cast))
    both(letter, "CN¥500.00", "CN¥70.00", "CN¥46,500.00", "CN¥0.00")


def test_it_says_what_changed_since_the_request_before_and_what_was_answered(cast: Cast) -> None:
    first = submitted(cast, make_item(cast, "900", purpose="机票"), make_item(cast, "80"))
    claim = decide(first, Decision.REJECTED, comment="坐火车吧")
    claim.remove_item(next(item for item in claim.items if item.purpose == "机票"), by=cast.wang)
    claim.add_item(make_item(cast, "310", purpose="火车票"), by=cast.wang)
    claim.rename("大连出差（火车）", by=cast.wang)
    request = claim.submit(by=cast.wang)
    db.session.commit()
    letter = asked(request.assignments[0])
    both(
        letter,
        "Title: 大连出差 → 大连出差（火车）",
        "Total: CN¥980.00 → CN¥390.00",
        "Removed: Travel · CN¥900.00",
        "Added: Travel · CN¥310.00",
        "火车票",
        "坐火车吧",
    )
    assert "Removed: Travel · CN¥80.00" not in letter.text


def test_above_the_limit_it_says_that_signing_in_comes_first(cast: Cast) -> None:
    sentence = "you will be asked to sign in"
    assert sentence not in asked(submitted(cast, make_item(cast, "2000"))).text
    both(asked(submitted(cast, make_item(cast, "2000.01"))), sentence)


def test_the_claimant_reads_who_decided_and_why(cast: Cast) -> None:
    assignment = submitted(cast)
    decide(assignment, Decision.REJECTED, comment="Bitte\nmit Beleg")
    letter = letter_to(cast.wang, MailKind.REQUEST_DECIDED, assignment=assignment.id)
    assert letter.subject == "Rejected: CN¥300.00, 大连出差"
    both(letter, "李敏", "CN¥300.00", f"http://localhost/expenses/{assignment.request.document_id}")
    assert "Bitte\nmit Beleg" in letter.text
    assert "Bitte<br>mit Beleg" in letter.html


@pytest.mark.parametrize(
    ("by_link", "how"), [(True, "by the link in the mail"), (False, "signed in")]
)
def test_the_approver_gets_a_receipt_that_asks_was_it_not_you(
    cast: Cast, by_link: bool, how: str
) -> None:
    assignment = submitted(cast)
    decide(assignment, Decision.APPROVED, by_link=by_link)
    letter = letter_to(cast.li, MailKind.DECISION_RECEIPT, assignment=assignment.id)
    both(
        letter,
        "Approved",
        "大连出差",
        "王芳",
        "CN¥300.00",
        how,
        "Was this not you?",
        f"http://localhost/approvals/{assignment.id}",
        "http://localhost/devices",
    )


def test_the_claimant_reads_that_the_money_is_paid(cast: Cast) -> None:
    claim = decide(submitted(cast), Decision.APPROVED)
    claim.pay("2026-118", by=cast.fin)
    db.session.commit()
    letter = letter_to(cast.wang, MailKind.CLAIM_PAID, claim=claim.id)
    assert letter.subject == "Paid: E-000001 大连出差"
    both(letter, "CN¥300.00", "Jun 17, 2026", "2026-118")


@pytest.mark.parametrize(("language", "subject", "amount", "left"), [
    ("en", "Paid: A-000001 西安出差借款", "CN¥1,000.00", "give back what is left"),
    ("zh", "已付款：A-000001 西安出差借款", "¥1,000.00", "剩余部分请归还"),
])  # fmt: skip
def test_who_asked_for_an_advance_reads_that_it_is_paid(
    cast: Cast, language: str, subject: str, amount: str, left: str
) -> None:
    cast.wang.language = language
    advance = handed_out(cast)
    letter = letter_to(cast.wang, MailKind.ADVANCE_PAID, advance=advance.id)
    assert letter.subject == subject
    both(letter, amount, "网银 7", left, f"http://localhost/advances/{advance.id}")


def test_a_mail_is_in_its_readers_language_and_zone(app: Flask, cast: Cast) -> None:
    assignment = submitted(cast)
    decide(assignment, Decision.APPROVED)
    cast.li.language, cast.li.timezone = "zh", "Europe/Berlin"
    db.session.commit()
    letter = letter_to(cast.li, MailKind.DECISION_RECEIPT, assignment=assignment.id)
    assert '<html lang="zh-CN">' in letter.html
    both(letter, "2026年6月17日 06:00", "¥300.00")
    cast.li.language, cast.li.timezone = "en", None
    letter = letter_to(cast.li, MailKind.DECISION_RECEIPT, assignment=assignment.id)
    assert '<html lang="en">' in letter.html
    assert "12:00" in letter.text


def test_what_people_write_is_text_in_a_mail_and_no_header(cast: Cast) -> None:
    letter = asked(submitted(cast, title="<img src=x>\r\nBcc: evil@example.com"))
    assert "<img" not in letter.html
    assert "<img src=x>" in letter.text
    assert "\n" not in letter.subject


@pytest.mark.parametrize("end", ["decided", "withdrawn"])
def test_an_approval_mail_for_a_settled_request_is_not_sent(cast: Cast, end: str) -> None:
    assignment = submitted(cast)
    row = db.session.scalars(select(OutgoingMail)).one()
    if end == "decided":
        decide(assignment, Decision.APPROVED)
    else:
        assignment.request.document.withdraw(by=cast.wang)
    assert mail.send(row) == mail.OBSOLETE
    assert db.session.scalars(select(ApprovalToken)).all() == []


def test_who_has_left_gets_no_mail(cast: Cast) -> None:
    submitted(cast)
    row = db.session.scalars(select(OutgoingMail)).one()
    row.to.deactivate(by=None)
    assert mail.send(row) == mail.OBSOLETE


def test_who_has_no_address_gets_no_mail(cast: Cast) -> None:
    submitted(cast)
    row = db.session.scalars(select(OutgoingMail)).one()
    row.to.email = None
    assert mail.send(row) == mail.NO_ADDRESS


# What a mail names that is not about the claim.
ABOUT = {MailKind.INVITATION: "恒川流体控制", MailKind.POOL_WARNING: "西格玛",
         MailKind.STUCK_DEALS: "西格玛磁力泵", MailKind.ADVANCE_PAID: "西安出差借款",
         MailKind.TASK_REMINDER: "回访西格玛",
         MailKind.ANNOUNCED: "展会排班", MailKind.DAILY_REPORT: "王芳",
         MailKind.DAILY_REPORT_COMMENTED: "王芳"}  # fmt: skip


def test_every_mail_can_be_looked_at_in_development(
    app: Flask, cast: Cast, browser: Browser
) -> None:
    assignment = submitted(cast)
    assignment.request.say("哪天去的？", by=cast.li)
    claim = decide(assignment, Decision.APPROVED)
    claim.pay(None, by=cast.fin)
    cast.pumps.stage_since -= timedelta(days=30)
    due = Task(title="回访西格玛", due_on=date(2026, 6, 18), assignee=cast.wang)
    Task.add(due, by=cast.wang)
    today = ReportedDays(Stretch.DAY, Company.current().today())
    DailyReportComment.say(today, cast.wang, "去看一次。", by=cast.li)
    Announcement.make(Announcement(title="展会排班", text="本周内确认。"), by=cast.li)
    db.session.commit()
    index = browser.get("/dev/mail")
    # Of an advance last: it is the newest document then.
    for kind in sorted(MailKind, key=lambda kind: kind is MailKind.ADVANCE_PAID):
        if kind is MailKind.ADVANCE_PAID:
            handed_out(cast)
        subject = ABOUT.get(kind, "大连出差")
        assert f"/dev/mail/{kind}" in index.html
        shown = browser.client.get(f"/dev/mail/{kind}")
        assert shown.status_code == 200
        assert subject in shown.text
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert subject in browser.client.get(f"/dev/mail/{kind}/text").text
    assert db.session.scalars(select(ApprovalToken)).all() == []


@pytest.mark.parametrize("kind", ["claim_paid", "nonsense"])
def test_a_preview_needs_a_kind_and_a_record(browser: Browser, kind: str) -> None:
    assert browser.client.get(f"/dev/mail/{kind}").status_code == 404


def test_a_draft_is_nobodys_business(cast: Cast) -> None:
    draft(cast)
    db.session.commit()
    assert db.session.scalars(select(OutgoingMail)).all() == []
