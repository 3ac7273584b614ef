"""The morning's mail: who is told of deals that stand still, and what it says of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from crm import clock, jobs, mail
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    Customer,
    Deal,
    MailKind,
    OptionList,
    OutgoingMail,
    Task,
    User,
)
from crm.queries.stagnation import SHOWN, tell_of_stuck_deals
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.queries_counted import counted

WARNED, ALARMED = 14, 21  # the days of the first two stages
WEDNESDAY = date(2026, 6, 17)


def stalled(
    cast: Cast, name: str, days: int, owner: User, customer: Customer | None = None
) -> Deal:
    """A deal that has stood in the first stage, of 14 days, for so long."""
    deal = Deal(name=name, owner=owner, customer=customer)
    Deal.open(deal, cast.stages[0], by=owner, at=clock.now() - timedelta(days=days))
    db.session.commit()
    return deal


def told() -> dict[str, str]:
    """By reader what the mails of this morning say now; those that say nothing are left out."""
    tell_of_stuck_deals()
    db.session.commit()
    said = {}
    for row in db.session.scalars(select(OutgoingMail).where(OutgoingMail.done_at.is_(None))):
        assert row.kind is MailKind.STUCK_DEALS
        with mail.written_for(row.to):
            assert row.to.username not in said  # one each
            said[row.to.username] = mail.compose(row).text
    return said


def test_a_rep_is_told_of_both_and_the_manager_of_the_alarms_by_rep(cast: Cast) -> None:
    stalled(cast, "才停", WARNED, cast.wang)
    stalled(cast, "久停", ALARMED, cast.wang)
    stalled(cast, "没停", WARNED - 1, cast.wang)
    stalled(cast, "西部久停", ALARMED, cast.wu)
    said = told()
    assert set(said) == {"wang", "li", "wu", "zhou"}
    assert said["wang"].index("久停") < said["wang"].index("才停")  # the worst first
    assert "没停" not in said["wang"]
    assert "久停" in said["li"]
    assert "才停" not in said["li"]
    assert "== 王芳 ==" in said["li"]
    assert "西部久停" not in said["li"]
    assert "西部久停" in said["zhou"]


def test_nobody_is_told_where_nothing_stands_still(cast: Cast) -> None:
    deal = stalled(cast, "暂缓", ALARMED, cast.wang)
    deal.snooze(WEDNESDAY, reason="检修", by=cast.wang)
    stalled(cast, "删了", ALARMED, cast.wang).trash(by=cast.wang)
    stalled(cast, "输了", ALARMED, cast.wang).lose(
        by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price")
    )
    db.session.commit()
    assert told() == {}


def test_a_manager_gets_one_mail_about_their_own_deals_and_their_peoples(cast: Cast) -> None:
    stalled(cast, "李敏的", WARNED, cast.li)
    stalled(cast, "王芳的", ALARMED, cast.wang)
    said = told()
    assert set(said) == {"li", "wang"}
    own, theirs = said["li"].index("== Your own =="), said["li"].index("== 王芳 ==")
    assert own < said["li"].index("李敏的") < theirs < said["li"].index("王芳的")


def test_who_is_their_own_manager_is_told_once(cast: Cast) -> None:
    db.session.execute(update(User).where(User.id == cast.wang.id).values(manager_id=User.id))
    stalled(cast, "久停", ALARMED, cast.wang)
    said = told()
    assert set(said) == {"wang"}
    assert said["wang"].count("久停") == 1


@pytest.mark.parametrize("days", [WARNED, ALARMED])
def test_of_who_has_left_the_manager_alone_is_told(cast: Cast, days: int) -> None:
    stalled(cast, "高远留下的", days, cast.gone)
    said = told()
    assert set(said) == {"li"}
    assert "== 高远 (has left) ==" in said["li"]


def test_of_who_has_left_and_had_no_superior_the_administrators_are_told(cast: Cast) -> None:
    cast.gone.manager = cast.gone.team = None
    stalled(cast, "高远留下的", WARNED, cast.gone)
    assert set(told()) == {"admin"}


def test_a_manager_reads_nothing_that_they_do_not_see(cast: Cast) -> None:
    """Zhou is Wang's manager on paper, and sees the West alone."""
    cast.wang.manager = cast.zhou
    stalled(cast, "久停", ALARMED, cast.wang)
    tell_of_stuck_deals()
    db.session.commit()
    rows = {row.to.username: row for row in db.session.scalars(select(OutgoingMail))}
    assert mail.send(rows["zhou"]) == mail.OBSOLETE


def test_it_says_what_would_move_the_deal(cast: Cast) -> None:
    deal = stalled(cast, "西格玛阀门", ALARMED, cast.wang, cast.sigma)
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(
        Activity(customer=cast.sigma, deal=deal, kind=call, summary="电话",
                 happened_at=clock.now() - timedelta(days=3)), by=cast.wang)  # fmt: skip
    for title, due in (("寄样品", 3), ("改报价", 1)):
        Task.add(Task(title=title, assignee=cast.wang, deal=deal,
                      due_on=WEDNESDAY + timedelta(days=due)), by=cast.wang)  # fmt: skip
    stalled(cast, "没人联系", ALARMED, cast.wang)
    text = told()["wang"]
    for part in (
        "大连西格玛流体控制有限公司", "Badly stalled", "21 days (limit: 14 days)",
        "Last contact: 3 days ago", "Next task: 改报价 · Jun 18, 2026",
        "No contact yet · No next task", f"http://localhost/deals/{deal.id}",
        "http://localhost/deals?stuck=1&owner=me",
    ):  # fmt: skip
        assert part in text
    assert "寄样品" not in text


def test_a_long_mail_names_the_worst_and_leads_to_the_rest(cast: Cast) -> None:
    for number in range(SHOWN + 3):
        stalled(cast, f"机会{number}", WARNED + number % 2, cast.wang)
    text = told()["wang"]
    assert text.count("limit: 14 days") == SHOWN
    assert "3 more:" in text


def test_it_comes_each_morning(cast: Cast) -> None:
    stalled(cast, "久停", ALARMED, cast.wang)
    for _day in range(7):
        clock.set_to(clock.now() + timedelta(days=1))
        tell_of_stuck_deals()
    db.session.commit()
    days = db.session.scalars(
        select(OutgoingMail.particulars["day"].as_integer())
        .where(OutgoingMail.to_id == cast.wang.id)
    )  # fmt: skip
    today = Company.current().today().toordinal()
    assert sorted(days) == list(range(today - 6, today + 1))


@pytest.mark.parametrize("end", ["moved", "snoozed", "a day late"])
def test_what_is_settled_before_it_is_sent_is_not_sent(cast: Cast, end: str) -> None:
    deal = stalled(cast, "才停", WARNED, cast.wang, cast.sigma)
    tell_of_stuck_deals()
    db.session.commit()
    (row,) = db.session.scalars(select(OutgoingMail)).all()
    if end == "moved":
        deal.move_to(cast.stages[1], by=cast.wang)
    elif end == "snoozed":
        deal.snooze(WEDNESDAY, reason="检修", by=cast.wang)
    else:
        clock.set_to(clock.now() + timedelta(days=1))
    assert mail.send(row) == mail.OBSOLETE


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_worker_sends_it_at_half_past_seven_by_the_companys_clock(
    app: Flask, cast: Cast, mailbox: Mailbox, language: str
) -> None:
    Company.current().timezone = "America/New_York"
    cast.wang.language = language
    stalled(cast, "西格玛 & Söhne <20>", WARNED, cast.wang, cast.sigma)
    zone = ZoneInfo("America/New_York")
    clock.set_to(datetime(2026, 6, 18, 7, 29, tzinfo=zone))
    jobs.run_once()
    assert mailbox.messages == []
    clock.set_to(datetime(2026, 6, 18, 7, 30, tzinfo=zone))
    jobs.run_once()
    jobs.run_once()
    (received,) = mailbox.messages
    assert received.recipients == ["wang@example.com"]
    assert received.subject == {"zh": "1 个销售机会停滞", "en": "1 deal is stalled"}[language]
    assert "西格玛 & Söhne <20>" in received.text
    assert "西格玛 &amp; Söhne &lt;20&gt;" in received.html
    assert received.links[-1] == "http://localhost/deals?stuck=1&owner=me"
    assert received.message["Auto-Submitted"] == "auto-generated"


def test_it_asks_as_often_for_many_deals_as_for_few(app: Flask, cast: Cast) -> None:
    def asked() -> tuple[int, int]:
        clock.set_to(clock.now() + timedelta(days=1))
        db.session.commit()
        with counted(app) as run:
            tell_of_stuck_deals()
            db.session.flush()
        row = db.session.scalars(
            select(OutgoingMail).where(OutgoingMail.to_id == cast.li.id)
            .order_by(OutgoingMail.id.desc()).limit(1)
        ).one()  # fmt: skip
        with mail.written_for(row.to), counted(app) as letter:
            mail.compose(row)
        return len(run), len(letter)

    owners = (cast.wang, cast.zhao, cast.li)
    for owner in owners:
        stalled(cast, "早停", ALARMED, owner, cast.sigma)
    telling, letter = few = asked()
    for number in range(30):
        owner = owners[number % 3]
        stalled(cast, f"机会{number}", ALARMED + number, owner, cast.sigma)
    assert asked() == few
    assert letter <= 20
    assert telling <= 8 + 6 * len(owners)  # of each it is asked how they want to be told
