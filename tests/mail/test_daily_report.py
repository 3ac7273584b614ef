"""The daily report by mail: to managers, on working days at the company's hour, once a day."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, jobs, mail
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    DailyReportComment,
    DailyReportMailing,
    MailKind,
    OptionList,
    OutgoingMail,
)
from crm.queries.daily_report.mailing import mail_daily_reports
from crm.reported_days import ReportedDays, Stretch
from tests.cast import Cast
from tests.page import Browser

WEDNESDAY = date(2026, 6, 17)
DAY = "/daily-reports/day/2026-06-17"


def mailed(kind: MailKind = MailKind.DAILY_REPORT) -> list[OutgoingMail]:
    chosen = select(OutgoingMail).where(OutgoingMail.kind == kind).order_by(OutgoingMail.id)
    return list(db.session.scalars(chosen))


def tell_at(moment: datetime) -> list[tuple[str, date]]:
    """What the timetable writes at that moment: who is told of which day."""
    before = len(mailed())
    clock.set_to(moment)
    mail_daily_reports()
    db.session.commit()
    return [
        (each.to.username, date.fromordinal(each.particulars["day"])) for each in mailed()[before:]
    ]


def test_managers_are_told_at_the_companys_hour_and_not_again(cast: Cast) -> None:
    assert tell_at(datetime(2026, 6, 17, 10, 29, tzinfo=UTC)) == []
    assert tell_at(datetime(2026, 6, 17, 10, 30, tzinfo=UTC)) == [
        ("li", WEDNESDAY), ("zhou", WEDNESDAY)]  # fmt: skip
    assert tell_at(datetime(2026, 6, 17, 10, 35, tzinfo=UTC)) == []


def test_nobody_is_told_on_saturday_and_sunday(cast: Cast) -> None:
    tell_at(datetime(2026, 6, 19, 11, tzinfo=UTC))
    assert tell_at(datetime(2026, 6, 20, 11, tzinfo=UTC)) == []
    assert tell_at(datetime(2026, 6, 21, 11, tzinfo=UTC)) == []
    assert {day for _who, day in tell_at(datetime(2026, 6, 22, 11, tzinfo=UTC))} == {
        date(2026, 6, 22)}  # fmt: skip


def test_days_that_were_missed_are_made_up_for_within_a_week(cast: Cast) -> None:
    tell_at(datetime(2026, 6, 10, 11, tzinfo=UTC))
    days = [day for who, day in tell_at(datetime(2026, 6, 15, 2, tzinfo=UTC)) if who == "li"]
    assert days == [date(2026, 6, 11), date(2026, 6, 12)]
    days = [day for who, day in tell_at(datetime(2026, 7, 31, 11, tzinfo=UTC)) if who == "li"]
    assert days == [date(2026, 7, day) for day in (24, 27, 28, 29, 30, 31)]


def test_a_new_installation_is_told_of_no_day_before(cast: Cast) -> None:
    assert {day for _who, day in tell_at(datetime(2026, 6, 17, 11, tzinfo=UTC))} == {WEDNESDAY}


@pytest.mark.parametrize(
    ("day", "hour"), [("2026-03-27", 17), ("2026-03-30", 16), ("2026-10-23", 16)]
)
def test_the_hour_is_that_of_the_companys_clock_in_summer_and_in_winter(
    cast: Cast, day: str, hour: int
) -> None:
    Company.current().timezone = "Europe/Berlin"
    Company.current().daily_report_at = time(18, 0)
    told = date.fromisoformat(day)
    moment = datetime(told.year, told.month, told.day, hour, tzinfo=UTC)
    assert tell_at(moment.replace(hour=hour - 1, minute=59)) == []
    assert {day for _who, day in tell_at(moment)} == {told}


def test_a_worker_that_dies_before_it_is_done_leaves_it_to_the_next(cast: Cast) -> None:
    clock.set_to(datetime(2026, 6, 17, 11, tzinfo=UTC))
    mail_daily_reports()
    db.session.rollback()  # as a process that is killed leaves it
    assert mailed() == []
    assert len(tell_at(datetime(2026, 6, 17, 12, tzinfo=UTC))) == 2


def test_of_two_workers_one_tells(app: Flask, cast: Cast) -> None:
    jobs.run_once()
    clock.set_to(datetime(2026, 6, 17, 11, tzinfo=UTC))
    db.session.commit()

    def work() -> None:
        with app.app_context():
            jobs.run_once()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.session.expire_all()
    assert [each.to.username for each in mailed()] == ["li", "zhou"]
    assert [row.day for row in db.session.scalars(select(DailyReportMailing))] == [WEDNESDAY]


def test_the_mail_names_what_was_done_and_who_did_nothing(cast: Cast) -> None:
    call = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    Activity.log(Activity(customer=cast.sigma, kind=call, summary="谈", happened_at=clock.now()),
                 by=cast.zhao)  # fmt: skip
    db.session.commit()
    tell_at(datetime(2026, 6, 17, 11, tzinfo=UTC))
    row = mailed()[0]
    row.to.language = "en"
    with mail.written_for(row.to):
        letter = mail.compose(row)
    assert letter.subject.startswith("Daily report: Wednesday, June 17, 2026 · ")
    assert "Visit 1: 大连西格玛流体控制有限公司" in " ".join(letter.text.split())
    assert "Nothing recorded: 高远 · 李敏 · 孙健" in letter.text
    assert "吴迪" not in letter.html
    assert letter.html.count("http://localhost/daily-reports/day/2026-06-17") == 1


def comments(kind: MailKind = MailKind.DAILY_REPORT_COMMENTED) -> list[str]:
    jobs.run_once()
    return [each.to.username for each in mailed(kind)]


def test_the_manager_remarks_the_rep_is_told_and_answers_and_the_manager_is_told(
    cast: Cast, browser: Browser
) -> None:
    at = f"{DAY}/reps/{cast.wang.id}/comments"
    browser.sign_in("li")
    browser.post(at, {"text": "西格玛去看一次。"})
    assert comments() == ["wang"]
    browser.sign_in("wang")
    assert "西格玛去看一次。" in browser.get(DAY).html
    browser.post(at, {"text": "明天去。"})
    assert comments() == ["wang", "li"]
    browser.sign_in("zhao")
    assert "西格玛去看一次。" not in browser.get(DAY).html
    browser.sign_in("li")
    assert "明天去。" in browser.get(DAY).html


def test_a_thread_stands_with_its_days_alone(cast: Cast, browser: Browser) -> None:
    days = ReportedDays.around(Stretch.WEEK, WEDNESDAY)
    DailyReportComment.say(days, cast.wang, "这一周不错。", by=cast.li)
    db.session.commit()
    browser.sign_in("li")
    assert "这一周不错。" not in browser.get(DAY).html
    assert "这一周不错。" in browser.get("/daily-reports/week/2026-06-19").html


def test_what_a_rep_writes_first_is_told_to_whoever_leads_them(
    cast: Cast, browser: Browser
) -> None:
    browser.sign_in("wang")
    browser.post(f"{DAY}/reps/{cast.wang.id}/comments", {"text": "下午在客户处，晚点补记。"})
    assert comments() == ["li"]


@pytest.mark.parametrize("text", ["", "字" * 2_001])
def test_nothing_and_too_much_are_not_said(cast: Cast, browser: Browser, text: str) -> None:
    browser.sign_in("li")
    asked = f"{DAY}/reps/{cast.wang.id}/comments"
    page = browser.submit(browser.get(f"{asked}/new"), asked, 422, text=text)
    assert text in page.html
    assert comments() == []


@pytest.mark.parametrize(
    "address",
    [
        "day/2026-02-30",
        "day/1800-01-01",
        "day/x",
        "year/2026-01-01",
        "day/1900-01-01",
        "week/1900-01-28",
        "month/1900-01-28",
        "week/2200-12-31",
    ],
)
def test_of_what_is_no_day_there_is_no_report(browser: Browser, address: str) -> None:
    browser.sign_in("li")
    assert browser.client.get(f"/daily-reports/{address}").status_code == 404


def test_a_day_that_is_typed_leads_to_its_report(cast: Cast, browser: Browser) -> None:
    browser.sign_in("li")
    for query, page in (
        ("?day=2026-06-17", "day/2026-06-17"),
        ("?stretch=month&day=2026-05-09", "month/2026-05-01"),
        ("?stretch=week&day=nonsense", "week/2026-06-15"),
    ):  # fmt: skip
        answer = browser.client.get(f"/daily-reports{query}")
        assert answer.location.endswith(page)
    assert 'value="2026-06-17"' in browser.get("/daily-reports").html, "without a day: today's"
