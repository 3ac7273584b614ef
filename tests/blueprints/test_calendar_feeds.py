"""The private address of a calendar: who may fetch it, what stands in it, and how it is written."""

from __future__ import annotations

import logging
from contextvars import Context
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import icalendar
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm import clock
from crm.base import digest_of
from crm.extensions import db
from crm.models import CalendarFeed, Company, Contact, Customer, Deal, Event, Task
from crm.queries.calendar import feed
from crm.recurrence import Every, Rule
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON
from tests.page import Browser
from tests.queries_counted import counted

WEDNESDAY = date(2026, 6, 17)  # today


def address_for(browser: Browser) -> str:
    """The path that was shown when the address was made."""
    html = browser.post("/my-settings/calendar", {}, status=200).html
    return "/calendar/" + html.split("http://localhost/calendar/")[1].split('"')[0]


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def address(wang: Browser) -> str:
    return address_for(wang)


def fetch(app: Flask, address: str, **headers: str) -> TestResponse:
    """As a phone does, which is signed in nowhere."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Context().run(app.test_client().get, address, headers=names)


def events(app: Flask, address: str) -> dict[str, Any]:
    """The events of the file, by the first part of their names."""
    answer = fetch(app, address)
    assert answer.status_code == 200
    file = icalendar.Calendar.from_ical(answer.data)
    found = {str(event["UID"]).partition("@")[0]: event for event in file.walk("VEVENT")}
    assert len(found) == len(file.walk("VEVENT")), "no name twice"
    return found


def task(cast: Cast, day: date | None, title: str = "回电话", **more: object) -> Task:
    made = Task(**{"title": title, "due_on": day, "assignee": cast.wang, **more})
    Task.add(made, by=cast.wang)
    db.session.commit()
    return made


def born(cast: Cast, day: date, name: str = "王总", customer: Customer | None = None) -> Contact:
    wang = cast.wang
    made = Contact(name=name, customer=customer or cast.sigma, birthday=day)
    Contact.register(made, by=wang)
    db.session.commit()
    return made


# The address


def test_the_secret_is_shown_once_and_only_its_digest_is_stored(
    cast: Cast, wang: Browser, address: str
) -> None:
    assert wang.last.headers["Cache-Control"] == "no-store"
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    assert len(secret) == 64
    feed = db.session.scalars(select(CalendarFeed)).one()
    assert feed.digest == digest_of(secret)
    page = wang.get("/my-settings/calendar")
    assert "not fetched yet" in page.text
    assert secret not in page.html


def test_a_new_address_ends_the_one_before(app: Flask, wang: Browser, address: str) -> None:
    newer = address_for(wang)
    assert fetch(app, address).status_code == 404
    assert fetch(app, newer).status_code == 200


def test_it_is_withdrawn_and_the_history_says_so(
    app: Flask, cast: Cast, wang: Browser, address: str
) -> None:
    wang.post("/my-settings/calendar/delete", {}, status=303)
    wang.post("/my-settings/calendar/delete", {}, status=303)
    assert fetch(app, address).status_code == 404
    actions = db.session.scalars(select(Event.action).where(Event.subject_id == cast.wang.id))
    assert [each.value for each in actions if "calendar" in each.value] == [
        "user:calendar_shared", "user:calendar_withdrawn",
    ]  # fmt: skip


def test_it_ends_with_the_access_and_does_not_come_back_with_it(
    app: Flask, cast: Cast, address: str
) -> None:
    wang = cast.wang
    wang.deactivate(by=cast.admin)
    db.session.commit()
    assert fetch(app, address).status_code == 404
    wang.reactivate(by=cast.admin)
    db.session.commit()
    assert fetch(app, address).status_code == 404


def test_a_new_password_ends_it_as_it_ends_sessions(
    app: Flask, wang: Browser, address: str
) -> None:
    typed = {"current": PASSWORD, "password": "another-horse-9", "again": "another-horse-9"}
    wang.post("/password", {**typed, "current": "a guess"}, status=422)
    assert fetch(app, address).status_code == 200
    wang.post("/password", typed)
    assert "The address of your calendar works no more." in wang.follow().text
    assert fetch(app, address).status_code == 404
    wang.post("/password", {**typed, "current": "another-horse-9"})
    assert "calendar works no more" not in wang.follow().text


def test_the_page_says_when_it_was_fetched_last(
    app: Flask, cast: Cast, wang: Browser, address: str
) -> None:
    minutes = timedelta(minutes=1)
    for later, noted in ((0, 0), (4, 0), (6, 6)):
        clock.set_to(NOON + later * minutes)
        fetch(app, address)
        feed = db.session.scalars(select(CalendarFeed)).one()
        assert feed.fetched_at == NOON + noted * minutes, "at most every five minutes"
        db.session.rollback()  # what reads here must not keep the next one waiting
    assert "Last fetched Jun 17, 2026" in wang.get("/my-settings/calendar").text


def test_who_tries_addresses_is_soon_refused_and_keeps_nobody_else_out(
    app: Flask, address: str
) -> None:
    wrong = f"/calendar/{'0' * 64}.ics"
    assert [fetch(app, wrong).status_code for _ in range(12)] == [404] * 10 + [429] * 2
    assert fetch(app, address).status_code == 200
    Browser(app).sign_in("wang")


def test_nobody_keeps_lists_or_logs_the_address(
    app: Flask, cast: Cast, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = fetch(app, address).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in headers
    with caplog.at_level(logging.ERROR):
        app.logger.error("Exception on %s [%s]", address, "GET")
    assert caplog.messages == ["Exception on /calendar/….ics [GET]"]


def test_a_phone_that_asks_again_is_told_that_nothing_changed(
    app: Flask, cast: Cast, address: str
) -> None:
    call = task(cast, WEDNESDAY)
    tag = fetch(app, address).headers["ETag"]
    clock.set_to(NOON + timedelta(hours=3))
    same = fetch(app, address, If_None_Match=tag)
    assert (same.status_code, same.data) == (304, b"")
    call.put_off_to(date(2026, 6, 19), by=cast.wang)
    db.session.commit()
    newer = fetch(app, address, If_None_Match=tag)
    assert newer.status_code == 200
    assert newer.headers["ETag"] != tag
    head = Context().run(app.test_client().head, address)
    assert (head.status_code, head.data) == (200, b"")


# What stands in it


def test_a_day_is_a_day_and_ends_before_the_next(app: Flask, cast: Cast, address: str) -> None:
    call = task(cast, date(2026, 12, 31), "年底")
    event = events(app, address)[f"task-{call.id}"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 31), date(2027, 1, 1))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["SUMMARY"] == "年底"
    assert event["URL"] == f"http://localhost/tasks/{call.id}"
    assert str(event["URL"]) in event["DESCRIPTION"]


def test_an_appointment_is_told_in_utc_over_daylight_saving(
    app: Flask, cast: Cast, address: str
) -> None:
    Company.current().timezone = "Europe/Berlin"
    at = {"due_time": time(9, 30), "minutes": 45}
    summer, winter = (task(cast, day, **at) for day in (date(2026, 10, 24), date(2026, 10, 26)))
    skipped = task(cast, date(2027, 3, 28), due_time=time(2, 30))
    found = events(app, address)
    assert found[f"task-{summer.id}"]["DTSTART"].dt == datetime(2026, 10, 24, 7, 30, tzinfo=UTC)
    assert found[f"task-{winter.id}"]["DTSTART"].dt == datetime(2026, 10, 26, 8, 30, tzinfo=UTC)
    assert found[f"task-{winter.id}"]["DTEND"].dt == datetime(2026, 10, 26, 9, 15, tzinfo=UTC)
    assert found[f"task-{skipped.id}"]["DTSTART"].dt == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert "DTEND" not in found[f"task-{skipped.id}"]


def test_its_names_stay_and_its_versions_count(app: Flask, cast: Cast, address: str) -> None:
    call = task(cast, WEDNESDAY)
    before = events(app, address)[f"task-{call.id}"]
    clock.set_to(NOON + timedelta(hours=1))
    call.put_off_to(date(2026, 6, 19), by=cast.wang)
    db.session.commit()
    after = events(app, address)[f"task-{call.id}"]
    assert after["UID"] == before["UID"] == f"task-{call.id}@localhost"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["LAST-MODIFIED"].dt == before["DTSTAMP"].dt == NOON
    assert after["LAST-MODIFIED"].dt == after["DTSTAMP"].dt == NOON + timedelta(hours=1)


def test_what_comes_again_stands_on_each_of_its_days(app: Flask, cast: Cast, address: str) -> None:
    call = task(cast, WEDNESDAY, "周会", due_time=time(9), minutes=30)
    call.repeat(Rule(Every.WEEK, weekdays=(2,), times=4), by=cast.wang)
    call.put_off_to(date(2026, 6, 18), by=cast.wang)
    db.session.commit()

    def days() -> dict[str, date]:
        return {name: event["DTSTART"].dt.date() for name, event in events(app, address).items()
                if name.startswith(("task-", "series-"))}  # fmt: skip

    series = f"series-{call.series_id}-"
    later = {f"{series}{day:%Y%m%d}": day for day in
             (date(2026, 6, 24), date(2026, 7, 1), date(2026, 7, 8))}  # fmt: skip
    assert days() == {f"task-{call.id}": date(2026, 6, 18)} | later
    call.complete(by=cast.wang)
    db.session.commit()
    (following,) = db.session.scalars(select(Task).where(Task.due_on == date(2026, 6, 24)))
    del later[f"{series}20260624"]
    own = {f"task-{call.id}": date(2026, 6, 18), f"task-{following.id}": date(2026, 6, 24)}
    assert days() == own | later


def test_closes_and_birthdays_stand_in_it_a_leap_day_on_the_28th(
    app: Flask, cast: Cast, address: str
) -> None:
    wang = cast.wang
    cast.pumps.expect_close_on(date(2026, 8, 31), by=wang)
    leap = born(cast, date(1984, 2, 29), "闰年")
    found = events(app, address)
    close = found[f"deal-{cast.pumps.id}"]
    assert close["SUMMARY"] == f"Expected close: {cast.pumps.name}"
    assert close["DTSTART"].dt == date(2026, 8, 31)
    birthday = found[f"birthday-{leap.id}-2027"]
    assert (birthday["SUMMARY"], birthday["DTSTART"].dt) == ("Birthday: 闰年", date(2027, 2, 28))
    assert cast.sigma.name in birthday["DESCRIPTION"]


def test_a_birthday_stays_for_two_months_and_stands_there_for_next_year_already(
    app: Flask, cast: Cast, address: str
) -> None:
    yesterday, today, long_ago = (born(cast, WEDNESDAY.replace(year=1980) - timedelta(days=days))
                                  for days in (1, 0, 61))  # fmt: skip
    assert {name for name in events(app, address) if name.startswith("birthday")} == {
        f"birthday-{yesterday.id}-2026", f"birthday-{yesterday.id}-2027",
        f"birthday-{today.id}-2026", f"birthday-{long_ago.id}-2027",
    }  # fmt: skip


def test_of_more_than_it_holds_those_stand_in_it_that_come_next_then_those_just_over(
    app: Flask, cast: Cast, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST", 4)
    for days in (-9, -1, 9, -5, 0):
        task(cast, WEDNESDAY + timedelta(days=days), str(days))
    told = [str(event["SUMMARY"]) for name, event in events(app, address).items()
            if name.startswith("task")]  # fmt: skip
    assert told == ["0", "9", "-1", "-5"]


def test_it_holds_what_its_owner_sees_at_that_moment_and_nobody_elses(
    app: Flask, cast: Cast, address: str
) -> None:
    mine = task(cast, WEDNESDAY, "王的")
    given = task(cast, WEDNESDAY, "一起", assignee=cast.zhao, participants=[cast.wang])
    task(cast, WEDNESDAY, "赵的", assignee=cast.zhao)
    task(cast, date(2028, 1, 1), "太远")
    task(cast, date(2025, 1, 1), "太早")
    assert {name for name in events(app, address) if name.startswith("task")} == {
        f"task-{mine.id}", f"task-{given.id}",
    }  # fmt: skip
    given.participants = []
    given.note_changes(by=cast.zhao)
    mine.trash(by=cast.wang)
    cast.pumps.owner = cast.zhao
    cast.pumps.note_changes(by=cast.li)
    db.session.commit()
    assert events(app, address) == {}


def test_it_speaks_its_owners_language(app: Flask, cast: Cast, address: str) -> None:
    cast.wang.language = "zh"
    db.session.commit()
    assert events(app, address)[f"deal-{cast.pumps.id}"]["SUMMARY"].startswith("预计成交")


# How it is written


def test_lines_are_folded_at_75_octets_between_characters(
    app: Flask, cast: Cast, address: str
) -> None:
    title = "与大连西格玛流体控制有限公司讨论磁力泵的密封件寿命以及备件价格与交货期的问题" * 4
    call = task(cast, WEDNESDAY, title[:200])
    data = fetch(app, address).data
    lines = data.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert f"SUMMARY:{title[:200]}\r\n" in unfolded
    assert events(app, address)[f"task-{call.id}"]["SUMMARY"] == title[:200]


def test_commas_semicolons_and_backslashes_are_escaped_and_come_back(
    app: Flask, cast: Cast, address: str
) -> None:
    title = r"报价; 备件, DN50\PN16：“急”"
    call = task(cast, WEDNESDAY, title)
    written = fetch(app, address).data.replace(b"\r\n ", b"").decode()
    assert r"SUMMARY:报价\; 备件\, DN50\\PN16：“急”" in written
    assert events(app, address)[f"task-{call.id}"]["SUMMARY"] == title


def test_a_title_can_begin_no_property_of_its_own(app: Flask, cast: Cast, address: str) -> None:
    call = task(cast, WEDNESDAY, "x\r\nATTACH:http://evil.test/\r\nEND:VEVENT")
    found = events(app, address)[f"task-{call.id}"]
    assert "ATTACH" not in found
    assert "evil.test" in found["SUMMARY"]


def test_it_is_a_whole_calendar(app: Flask, cast: Cast, address: str) -> None:
    answer = fetch(app, address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.data.decode().split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    file = icalendar.Calendar.from_ical(answer.data)
    assert (file["VERSION"], file["CALSCALE"]) == ("2.0", "GREGORIAN")
    assert str(file["X-WR-CALNAME"]) == "恒川流体控制 · 王芳"


def test_the_name_of_the_firm_is_escaped_as_titles_are(
    app: Flask, cast: Cast, address: str
) -> None:
    Company.current().name = "Heng\nchuan, Ltd; \\D"
    db.session.commit()
    written = fetch(app, address).data.decode()
    assert "X-WR-CALNAME:Heng\\nchuan\\, Ltd\\; \\\\D · 王芳\r\n" in written
    assert "\r\nNAME:Heng\\nchuan\\, Ltd\\; \\\\D · 王芳\r\n" in written


def test_of_what_comes_again_the_next_thousand_are_told(
    app: Flask, cast: Cast, address: str
) -> None:
    for number in range(12):
        task(cast, WEDNESDAY, f"每天 {number}").repeat(Rule(Every.DAY), by=cast.wang)
    db.session.commit()
    days = [str(event["DTSTART"].dt) for name, event in events(app, address).items()
            if name.startswith("series-")]  # fmt: skip
    assert len(days) == 1_000
    assert (min(days), max(days)) == ("2026-06-18", "2026-09-09")


def test_it_asks_as_often_whatever_stands_in_it(app: Flask, cast: Cast, address: str) -> None:
    def asked() -> int:
        with counted(app) as statements:
            fetch(app, address)
        return len(statements)

    def write(count: int) -> None:
        wang = cast.wang
        for number in range(count):
            day = WEDNESDAY + timedelta(days=number)
            firms = [Customer.register(Customer(name=f"{kind} {count} {number}", owner=wang),
                                       by=wang) for kind in ("任务", "机会", "人")]  # fmt: skip
            deal = Deal(name=f"机会 {number}", owner=wang, customer=firms[1], expected_close=day)
            Deal.open(deal, cast.stages[0], by=wang)
            call = task(cast, day, customer=firms[0], deal=cast.pumps)
            call.repeat(Rule(Every.WEEK), by=wang)
            born(cast, day, f"人 {number}", firms[2])

    write(2)
    few = asked()
    write(12)
    assert asked() == few
    assert few <= 12
