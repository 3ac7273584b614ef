"""What the mails of an approval tell of the way so far, and that both parts say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from crm import clock, mail
from crm.extensions import db
from crm.models import (
    Advance,
    AdvanceState,
    ApprovalAssignment,
    Budget,
    Delegation,
    ExchangeRate,
    ExpenseRule,
    MailKind,
    OptionList,
    OutgoingMail,
    User,
)
from crm.models.approval import DOCUMENTS, ApproverKind, Mode
from crm.models.approval.pressing import escalate
from crm.models.budget import BudgetPlan
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from crm.queries.approvals.surroundings import READINGS
from crm.terms import Span, Term
from tests.cast import Cast
from tests.claims import SPENT_ON, draft, make_item
from tests.flows import decide_as, flow, hand_in, named, step


def letter_to(reader: User, kind: MailKind, assignment: ApprovalAssignment) -> mail.Letter:
    """What ``reader`` would get now."""
    with mail.written_for(reader):
        row = OutgoingMail(kind=kind, particulars={"assignment": assignment.id})
        return mail.compose(row)


def asked(assignment: ApprovalAssignment) -> mail.Letter:
    return letter_to(assignment.approver, MailKind.APPROVAL_REQUESTED, assignment)


def both(letter: mail.Letter, *wanted: str) -> None:
    """Text and HTML both say it."""
    told = list(texts_of(letter.html))
    for text in wanted:
        assert text in letter.text
        assert any(text in each for each in told), text


class _Body(HTMLParser):
    """The texts of a page's body, one for each element, with single spaces."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skip = True

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self._skip = self._skip and tag != "body"

    def handle_data(self, data: str) -> None:
        if not self._skip and data.strip(" ·\n"):
            self.found.append(" ".join(data.split()).strip(" ·"))


def texts_of(html: str) -> Iterator[str]:
    body = _Body()
    body.feed(html)
    return iter(body.found)


@pytest.fixture
def full(cast: Cast) -> ApprovalAssignment:
    """Admin is asked in the last of three steps, for the second time, with all that can be told.

    Li rejected the first request. Of the second, Li approved; Fin, who is away, was stood in for
    by Zhao with a comment; Zhou was added, approved too, and something was asked and answered.
    """
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    rule = RulePlan(travel, RuleCheck.ITEM_LIMIT, Decimal(200), RuleEffect.WARN, active=True)
    ExpenseRule.arrange([rule], by=cast.fin)
    term = Term.around(Span.QUARTER, SPENT_ON)
    Budget.set_up(BudgetPlan(term, Decimal("900.00"), customer=cast.sigma), by=cast.fin)
    db.session.add(ExchangeRate(currency="EUR", day=SPENT_ON, rate=Decimal("7.8")))
    year = date(2026, 1, 1), date(2026, 12, 31)
    Delegation.begin(cast.fin, cast.zhao, *year, by=cast.fin)
    flow(
        step(ApproverKind.MANAGER), named(cast.fin),
        step(ApproverKind.NTH_MANAGER, level=2, mode=Mode.ALL, escalate_hours=48),
    )  # fmt: skip
    item = make_item(cast, "100", "EUR", purpose="拜访采购部与设计院")
    item.deal, item.payee = cast.pumps, "大连出租车公司"
    same = make_item(cast, "100", "EUR", category="Entertainment")
    same.payee = item.payee
    claim = draft(cast, item, make_item(cast, "50.00", category="Entertainment"))
    draft(cast, same, by=cast.zhao)
    first = hand_in(cast, claim)
    decide_as(first, "li-")
    claim.add_item(make_item(cast, "88.80"), by=cast.wang)
    request = hand_in(cast, claim)
    clock.set_to(clock.now() + timedelta(hours=1))
    decide_as(request, "li+")
    (zhao,) = request.asked
    request.say("哪一天的发票？", by=zhao.approver)
    clock.set_to(clock.now() + timedelta(hours=1))
    request.say("六月十日。", by=cast.wang)
    request.ask_also(cast.zhou, by=zhao, comment="请看第二项。")
    decide_as(request, "zhao+")
    decide_as(request, "zhou+")
    (last,) = request.asked
    return last


def test_an_approver_reads_all_that_a_decision_needs(cast: Cast, full: ApprovalAssignment) -> None:
    both(
        asked(full),
        "王芳 asks you to decide.",
        "You are above the superior of 王芳.",
        "3 of 3: nth_manager",
        "CN¥918.80",
        # The items.
        "Travel", "€100.00", "CN¥780.00 at 7.8", "拜访采购部与设计院", "Jun 10, 2026",
        "大连出租车公司", "Entertainment", "The same day, amount and payee are on E-000002 of 赵磊",
        # The money around them.
        cast.sigma.name, cast.pumps.name, f"{cast.stages[1].label_en} · 25%",
        "CN¥186,000.00", "CN¥46,500.00",
        "Q2 2026 · 大连西格玛流体控制有限公司", "CN¥900.00", "-CN¥18.80",
        # What speaks against it.
        "Over budget by CN¥18.80: Q2 2026 · 大连西格玛流体控制有限公司",
        "Travel: at most CN¥200.00 an item",
        # Those before.
        "李敏", "Approved", "赵磊", "in the place of 冯琴", "周涛", "哪一天的发票？", "六月十日。",
        "Rejected", "请补充说明。",
        "Total: CN¥830.00 → CN¥918.80",
        # Until when.
        "Jun 17, 2026 2:00", "Jun 19, 2026 2:00", "Jun 20, 2026 2:00",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", [
    MailKind.APPROVAL_REQUESTED, MailKind.APPROVAL_REMINDER, MailKind.REQUEST_DECIDED,
    MailKind.DECISION_RECEIPT,
])  # fmt: skip
def test_the_text_says_whatever_the_html_does(
    cast: Cast, full: ApprovalAssignment, kind: MailKind, language: str
) -> None:
    if kind in {MailKind.REQUEST_DECIDED, MailKind.DECISION_RECEIPT}:
        decide_as(full.request, "admin~")
    cast.admin.language = language
    same_in_both(letter_to(cast.admin, kind, full))


def test_an_advance_is_asked_about_like_a_claim(cast: Cast) -> None:
    advance = Advance(title="西安展会", claimant=cast.wang, state=AdvanceState.WITHDRAWN,
                      needed_on=date(2026, 7, 1), customer=cast.sigma, deal=cast.pumps)  # fmt: skip
    advance.set_amount(Decimal(3000), "CNY", SPENT_ON)
    first = advance.submit(by=cast.wang)
    decide_as(first, "li~")
    advance.needed_on = date(2026, 7, 8)
    (li,) = advance.submit(by=cast.wang).asked
    letter = asked(li)
    both(letter, "西安展会", "A-000001", "CN¥3,000.00", cast.sigma.name, cast.pumps.name,
         "CN¥46,500.00", "Needed on: Jul 1, 2026 → Jul 8, 2026", "请补充说明。")  # fmt: skip
    same_in_both(letter)
    same_in_both(letter_to(cast.wang, MailKind.REQUEST_DECIDED, first.assignments[0]))


def same_in_both(letter: mail.Letter) -> None:
    """Whatever the HTML says and links to, the text does too."""
    flat = " ".join(letter.text.split())
    missing = [text for text in texts_of(letter.html) if text not in flat]
    assert missing == []
    addresses = re.findall(r'href="([^"]+)"', letter.html)
    assert [address for address in addresses if address not in letter.text] == []
    assert re.search(r"\n\n\n|None|Undefined|[ \t]\n(?<!-- \n)", letter.text) is None, letter.text


def test_who_was_added_reads_by_whom_and_why(cast: Cast) -> None:
    request = hand_in(cast)
    request.ask_also(cast.zhou, by=request.asked[0], comment="请看第二项。")
    li, zhou = request.asked
    both(asked(zhou), "李敏 wants you to agree as well.", "请看第二项。",
         "Must agree as well: 李敏.")  # fmt: skip
    both(asked(li), "You are the superior of 王芳.", "Must agree as well: 周涛.")


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        (Mode.ANY, "Asked as well, and one of you is enough: 冯琴."),
        (Mode.ALL, "Must agree as well: 冯琴."),
        (Mode.IN_TURN, "After you: 冯琴."),
    ],
)
def test_an_approver_reads_who_else_decides(cast: Cast, mode: Mode, sentence: str) -> None:
    flow(named(cast.zhou, cast.fin, mode=mode))
    both(asked(hand_in(cast).asked[0]), "The flow names you.", sentence)


def test_who_stands_in_reads_for_whom(cast: Cast) -> None:
    Delegation.begin(cast.li, cast.zhou, date(2026, 6, 1), date(2026, 6, 30), by=cast.li)
    (zhou,) = hand_in(cast).asked
    both(asked(zhou), "You decide for 李敏, who is away.")


def test_an_escalated_request_says_so_in_the_subject(cast: Cast) -> None:
    request = hand_in(cast)
    escalate(request.asked[0])
    letter = asked(request.asked[0])
    assert letter.subject == "Escalated: Approve CN¥300.00? 王芳, 大连出差"
    both(letter, "李敏 has not decided in time.")


def test_a_reminder_says_so_in_the_subject(cast: Cast) -> None:
    (li,) = hand_in(cast).asked
    letter = letter_to(cast.li, MailKind.APPROVAL_REMINDER, li)
    assert letter.subject == "Reminder: Approve CN¥300.00? 王芳, 大连出差"


def test_what_is_returned_can_be_corrected(cast: Cast) -> None:
    request = hand_in(cast)
    decide_as(request, "li~")
    letter = letter_to(cast.wang, MailKind.REQUEST_DECIDED, request.assignments[0])
    assert letter.subject == "Returned: CN¥300.00, 大连出差"
    both(letter, "请补充说明。", "You can correct it and hand it in again.")


def test_every_kind_of_documents_can_be_read(cast: Cast) -> None:
    assert READINGS.keys() == DOCUMENTS.keys()


def test_nobody_is_mailed_before_their_turn(cast: Cast) -> None:
    flow(step(ApproverKind.MANAGER), named(cast.fin))
    request = hand_in(cast)
    written = select(OutgoingMail.to_id).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    assert db.session.scalars(written).all() == [cast.li.id]
    decide_as(request, "li+")
    assert db.session.scalars(written.order_by(OutgoingMail.id)).all() == [cast.li.id, cast.fin.id]
