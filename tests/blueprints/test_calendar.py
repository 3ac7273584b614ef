"""The calendar: what stands on its days, for whom, and how it goes to another day."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.calendar import CalendarFilter
from crm.models import Company, Contact, Customer, Deal, Event, Task
from crm.models.task.recurring import TaskSeries
from crm.queries.calendar import Day, calendar
from crm.recurrence import Every, Rule
from tests.cast import Cast
from tests.page import Browser
from tests.queries_counted import counted

WEDNESDAY = date(2026, 6, 17)  # today


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def task(cast: Cast, day: date | None, title: str = "回电话", **more: object) -> Task:
    made = Task(**{"title": title, "due_on": day, "assignee": cast.wang, **more})
    Task.add(made, by=cast.wang)
    db.session.commit()
    return made


def born(cast: Cast, name: str, day: date, customer: Customer | None = None) -> Contact:
    wang = cast.wang
    made = Contact(name=name, customer=customer or cast.sigma, birthday=day)
    Contact.register(made, by=wang)
    db.session.commit()
    return made


def shown(cast: Cast, query: str = "", who: str = "wang") -> dict[date, list[str]]:
    """What stands on which day, by name."""
    found = calendar(CalendarFilter.parse_text(query), getattr(cast, who))
    return {
        day.date: [str(entry.record) for entry in day.entries] for day in found.days if day.total
    }


def days_of(query: str) -> list[date]:
    return [day for week in CalendarFilter.parse_text(query).weeks for day in week]


# Which days


def test_a_month_is_whole_weeks_from_monday_to_sunday(cast: Cast) -> None:
    days = days_of("day=2026-06-17")
    assert (days[0], days[-1], len(days)) == (date(2026, 6, 1), date(2026, 7, 5), 35)
    assert days == sorted(days)
    assert len(days_of("day=2027-02-10")) == 28, "February 2027 is four weeks just so"
    assert len(days_of("day=2026-08-01")) == 42


def test_months_and_weeks_go_on_over_the_end_of_the_year(cast: Cast) -> None:
    december = CalendarFilter.parse_text("day=2026-12-31")
    assert december.at(december.days.next).days.first == date(2027, 1, 1)
    assert december.weeks[-1][-1] == date(2027, 1, 3)
    week = CalendarFilter.parse_text("stretch=week&day=2027-01-02")
    assert week.weeks == [[date(2026, 12, 28) + timedelta(days=each) for each in range(7)]]
    assert week.weeks[0][0].isocalendar().week == 53
    task(cast, date(2026, 12, 31), "年底")
    task(cast, date(2027, 1, 1), "新年")
    assert shown(cast, "stretch=week&day=2027-01-02") == {
        date(2026, 12, 31): ["年底"], date(2027, 1, 1): ["新年"],
    }  # fmt: skip


def test_without_a_day_it_is_the_month_of_today_by_the_companys_clock(cast: Cast) -> None:
    Company.current().timezone = "Asia/Shanghai"
    with clock.stopped_at(clock.moment_of(date(2026, 7, 1), time(0, 30), "Asia/Shanghai")):
        assert CalendarFilter.parse_text("").days.first == date(2026, 7, 1)
        (today,) = (day for day in calendar(CalendarFilter(), cast.wang).days if day.is_today)
        assert today.date == date(2026, 7, 1)


def test_what_cannot_be_understood_in_the_address_is_as_if_it_were_not_there(
    cast: Cast, wang: Browser
) -> None:
    for query in ("stretch=year", "day=2026-02-30", "kind=cake", "day=9999-01-01", "whose=x"):
        assert CalendarFilter.parse_text(query) == CalendarFilter()
    wang.get("/calendar?stretch=week&day=1900-01-01&q=x&view=7")
    wang.get("/calendar?day=2200-12-31")


# What stands on them


def test_each_kind_stands_on_its_day_and_can_be_left_out(cast: Cast) -> None:
    task(cast, date(2026, 6, 18), "报价")
    task(cast, date(2026, 6, 18), "拜访", due_time=time(9, 30), minutes=60)
    cast.pumps.expect_close_on(date(2026, 6, 19), by=cast.wang)
    born(cast, "王总", date(1970, 6, 20))
    everything = {
        date(2026, 6, 18): ["拜访", "报价"], date(2026, 6, 19): [cast.pumps.name],
        date(2026, 6, 20): ["王总"],
    }  # fmt: skip
    assert shown(cast) == everything
    assert shown(cast, "kind=task") == {date(2026, 6, 18): ["报价"]}
    assert shown(cast, "kind=appointment") == {date(2026, 6, 18): ["拜访"]}
    assert shown(cast, "kind=close") == {date(2026, 6, 19): [cast.pumps.name]}
    assert shown(cast, "kind=birthday,close").keys() == {date(2026, 6, 19), date(2026, 6, 20)}


def test_what_has_a_time_comes_first_then_what_is_pressing_and_what_is_done_last(
    cast: Cast,
) -> None:
    task(cast, WEDNESDAY, "寄样").complete(by=cast.wang)
    task(cast, WEDNESDAY, "普通")
    task(cast, WEDNESDAY, "紧急", urgent=True)
    task(cast, WEDNESDAY, "下午", due_time=time(15))
    task(cast, WEDNESDAY, "上午", due_time=time(8))
    db.session.commit()
    assert shown(cast, "stretch=day") == {WEDNESDAY: ["上午", "下午", "紧急", "普通", "寄样"]}


def test_who_was_born_on_a_leap_day_keeps_it_on_the_28th_in_other_years(cast: Cast) -> None:
    born(cast, "闰年", date(1984, 2, 29))
    born(cast, "前一天", date(1990, 2, 28))
    assert shown(cast, "day=2027-02-01") == {date(2027, 2, 28): ["前一天", "闰年"]}
    assert shown(cast, "day=2028-02-01") == {
        date(2028, 2, 28): ["前一天"], date(2028, 2, 29): ["闰年"],
    }  # fmt: skip


def test_of_birthdays_kept_on_one_day_all_are_counted(cast: Cast) -> None:
    for number in range(3):
        born(cast, f"甲{number}", date(1984, 2, 29))
        born(cast, f"乙{number}", date(1985, 2, 28))
    (day,) = (day for day in calendar(CalendarFilter.parse_text("day=2027-02-01"), cast.wang).days
              if day.total)  # fmt: skip
    assert (day.total, len(day.entries), day.left_off) == (6, 4, 2)


def test_a_birthday_is_kept_over_the_end_of_the_year(cast: Cast) -> None:
    born(cast, "跨年", date(1980, 1, 2))
    assert shown(cast, "day=2026-12-15") == {date(2027, 1, 2): ["跨年"]}


def test_closed_deals_and_what_lies_in_the_trash_are_not_there(cast: Cast) -> None:
    cast.pumps.expect_close_on(date(2026, 6, 19), by=cast.wang)
    cast.pumps.win(by=cast.wang)
    task(cast, WEDNESDAY).trash(by=cast.wang)
    born(cast, "王总", date(1970, 6, 20)).trash(by=cast.wang)
    db.session.commit()
    assert shown(cast) == {}


def test_of_many_on_a_day_the_first_are_shown_and_the_others_counted(
    cast: Cast, wang: Browser
) -> None:
    for number in range(7):
        task(cast, WEDNESDAY, f"任务 {number}")
    cast.pumps.expect_close_on(WEDNESDAY, by=cast.wang)
    db.session.commit()
    page = wang.get("/calendar")
    assert "4 more" in page.text
    assert "/calendar?stretch=day&day=2026-06-17" in page.html.replace("&amp;", "&")
    assert len(shown(cast, "stretch=day")[WEDNESDAY]) == 8


def test_what_comes_again_stands_on_its_days_before_its_tasks_are_made(
    cast: Cast, wang: Browser
) -> None:
    call = task(cast, WEDNESDAY, "周会", due_time=time(9))
    call.repeat(Rule(Every.WEEK, weekdays=(2,), times=3), by=cast.wang)
    db.session.commit()
    weekly = {WEDNESDAY: ["周会"], date(2026, 6, 24): ["周会"]}
    assert shown(cast) == weekly | {date(2026, 7, 1): ["周会"]}
    assert shown(cast, "kind=close,birthday") == shown(cast, "kind=task") == {}
    html = wang.get("/calendar").html
    assert html.count("will come again") == 2
    assert html.count(f"/calendar/task/{call.id}/move") == 2, "the link and what htmx asks for"
    with clock.stopped_at(clock.moment_of(date(2026, 6, 30), time(9), "Asia/Shanghai")):
        days = shown(cast, "day=2026-06-01")
    assert days == {WEDNESDAY: ["周会"], date(2026, 7, 1): ["周会"]}, "no day that is over"
    call.complete(by=cast.wang)
    db.session.commit()
    assert shown(cast) == weekly | {date(2026, 7, 1): ["周会"]}


# Whose


def test_it_is_ones_own_and_what_one_takes_part_in(cast: Cast) -> None:
    task(cast, WEDNESDAY, "王的")
    task(cast, WEDNESDAY, "一起", assignee=cast.zhao, participants=[cast.wang])
    task(cast, WEDNESDAY, "赵的", assignee=cast.zhao)
    assert shown(cast) == {WEDNESDAY: ["王的", "一起"]}
    assert shown(cast, who="zhao") == {WEDNESDAY: ["一起", "赵的"]}


def test_a_manager_sees_one_persons_and_the_teams_and_nobody_sees_further(cast: Cast) -> None:
    task(cast, WEDNESDAY, "王的")
    task(cast, WEDNESDAY, "赵的", assignee=cast.zhao, created_by=cast.zhao)
    task(cast, WEDNESDAY, "吴的", assignee=cast.wu)
    born(cast, "王总", date(1970, 6, 20))
    born(cast, "李总", date(1970, 6, 20), cast.western)
    assert shown(cast, who="li") == {}
    assert shown(cast, f"whose={cast.wang.id}", "li") == {
        WEDNESDAY: ["王的"], date(2026, 6, 20): ["王总"],
    }  # fmt: skip
    east = cast.wang.team.id
    assert shown(cast, f"team={east}", "li")[WEDNESDAY] == ["王的", "赵的"]
    assert shown(cast, f"team={cast.wu.team.id}", "li") == {}, "another team is out of sight"
    assert shown(cast, f"whose={cast.wu.id}", "li") == {}
    everybody = shown(cast, f"team={cast.admin.team.id}", "admin")
    assert everybody == {WEDNESDAY: ["王的", "赵的", "吴的"], date(2026, 6, 20): ["李总", "王总"]}
    assert shown(cast, f"team={east}", "wu") == {}


def test_the_people_of_customers_in_the_pool_are_not_told(cast: Cast) -> None:
    Company.current().pool_limit = 10
    born(cast, "王总", date(1970, 6, 20))
    cast.sigma.owner = None
    db.session.commit()
    assert shown(cast, f"team={cast.admin.team.id}", "wu") == {}


# To another day


def move(browser: Browser, record: Task | Deal, day: object, status: int = 303, **more: str) -> str:
    """Send the form of an entry; what is answered."""
    form = {"version": str(record.version), "day": str(day), "from_day": str(WEDNESDAY), **more}
    path = f"/calendar/{record.__tablename__}/{record.id}/move"
    return browser.post(path, form, status=status).html


def test_a_task_goes_to_another_day_as_its_form_would_put_it_there_and_back(
    cast: Cast, wang: Browser
) -> None:
    call = task(cast, WEDNESDAY, due_time=time(9), minutes=30)
    call.remind([60])
    db.session.commit()
    move(wang, call, "2026-06-19")
    db.session.expire_all()
    assert (call.due_on, call.due_time) == (date(2026, 6, 19), time(9))
    assert call.reminders[0].due_at == call.starts_at - timedelta(minutes=60)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.particulars["changes"] == {"due_on": ["2026-06-17", "2026-06-19"]}
    path = f"/calendar/task/{call.id}/move/delete"
    wang.post(path, {"version": str(call.version), "day": "2026-06-17"}, status=303)
    db.session.expire_all()
    assert call.due_on == WEDNESDAY


def test_who_takes_part_in_one_of_a_series_is_not_told_of_those_that_follow(
    cast: Cast, wang: Browser, browser: Browser
) -> None:
    call = task(cast, WEDNESDAY, "季度回访", participants=[cast.zhou])
    call.repeat(Rule(Every.WEEK, weekdays=(2,)), by=cast.wang)
    call.participants = [cast.zhou, cast.wu]
    call.note_changes(by=cast.wang)
    db.session.commit()
    for whose in ("", f"?whose={cast.wang.id}", "?whose=me"):
        page = browser.sign_in("wu").get(f"/calendar{whose}")
        assert "季度回访" in page.text
        assert "will come again" not in page.text
        page = browser.sign_in("zhou").get(f"/calendar{whose}")
        assert page.html.count("will come again") == 2


def test_of_a_series_only_this_task_goes(cast: Cast, wang: Browser) -> None:
    call = task(cast, WEDNESDAY)
    call.repeat(Rule(Every.WEEK, weekdays=(2,)), by=cast.wang)
    db.session.commit()
    assert "only this one" in wang.get(f"/calendar/task/{call.id}/move").text
    move(wang, call, "2026-06-19")
    db.session.expire_all()
    assert (call.due_on, call.series_on) == (date(2026, 6, 19), WEDNESDAY)
    assert db.session.scalars(select(TaskSeries)).one().day_after(WEDNESDAY) == date(2026, 6, 24)


def test_a_day_that_is_past_is_asked_about_and_taken_if_it_was_meant(
    cast: Cast, wang: Browser
) -> None:
    call = task(cast, WEDNESDAY)
    asked = move(wang, call, "2026-06-16", 422)
    assert "is past" in asked
    db.session.expire_all()
    assert call.due_on == WEDNESDAY
    mark = asked.split('name="confirmed" value="')[1].split('"')[0]
    move(wang, call, "2026-06-15", 422, confirmed=mark)
    move(wang, call, "2026-06-16", confirmed=mark)
    db.session.expire_all()
    assert call.due_on == date(2026, 6, 16)


def test_a_deal_goes_to_another_day_but_not_to_one_that_is_past(cast: Cast, wang: Browser) -> None:
    cast.pumps.expect_close_on(WEDNESDAY, by=cast.wang)
    db.session.commit()
    assert "A day that is past cannot be expected" in move(wang, cast.pumps, "2026-06-16", 422)
    move(wang, cast.pumps, "2026-06-30")
    db.session.expire_all()
    assert cast.pumps.expected_close == date(2026, 6, 30)
    path = f"/calendar/deal/{cast.pumps.id}/move/delete"
    wang.post(path, {"version": str(cast.pumps.version), "day": "2026-06-17"}, status=303)
    db.session.expire_all()
    assert cast.pumps.expected_close == WEDNESDAY


def test_a_drag_is_answered_with_the_two_days_and_the_way_back(cast: Cast, wang: Browser) -> None:
    call = task(cast, WEDNESDAY)
    form = {"version": str(call.version), "day": "2026-06-19", "from_day": "2026-06-17"}
    path = f"/calendar/task/{call.id}/move"
    stream = wang.post(path, form, htmx="task_card", status=200).html
    assert 'hx-target="#day_2026-06-17"' in stream
    assert 'hx-target="#day_2026-06-19"' in stream
    assert f"/calendar/task/{call.id}/move/delete" in stream
    db.session.expire_all()
    form |= {"version": str(call.version), "day": "2026-09-01", "from_day": "2026-06-19"}
    stream = wang.post(path, form, htmx="task_card", status=200).html
    assert 'hx-target="#day_2026-06-19"' in stream
    assert "day_2026-09-01" not in stream, "that day is not shown"


def test_a_task_is_ticked_off_on_its_day(cast: Cast, wang: Browser) -> None:
    call = task(cast, WEDNESDAY)
    path = f"/tasks/{call.id}/completion"
    assert path in wang.get("/calendar").html
    here = {"HTTP_HX_CURRENT_URL": "http://localhost/calendar?stretch=week"}
    stream = wang.post(path, {}, htmx="form", status=200, environ_overrides=here).html
    assert 'hx-target="#day_2026-06-17"' in stream
    assert f"{path}/delete" in stream
    assert 'hx-target="#day_2026-06-18"' not in stream
    assert call.is_done


def test_of_what_comes_again_ticking_off_draws_the_days_to_come(cast: Cast, wang: Browser) -> None:
    call = task(cast, WEDNESDAY)
    call.repeat(Rule(Every.DAY), by=cast.wang)
    db.session.commit()
    here = {"HTTP_HX_CURRENT_URL": "http://localhost/calendar?stretch=week"}
    path = f"/tasks/{call.id}/completion"
    stream = wang.post(path, {}, htmx="form", status=200, environ_overrides=here).html
    made = db.session.scalars(select(Task).where(Task.due_on == date(2026, 6, 18))).one()
    assert f"/tasks/{made.id}/completion" in stream


def test_who_only_takes_part_finds_no_tick(cast: Cast, browser: Browser) -> None:
    call = task(cast, WEDNESDAY, participants=[cast.zhao])
    page = browser.sign_in("zhao").get("/calendar")
    assert call.title in page.text
    assert f"/tasks/{call.id}/completion" not in page.html


def test_where_several_peoples_entries_stand_each_says_whose_it_is(
    cast: Cast, browser: Browser
) -> None:
    task(cast, WEDNESDAY)
    li = browser.sign_in("li")
    assert "回电话 芳 王芳" in li.get(f"/calendar?whose={cast.wang.id}").text
    assert "回电话 芳 王芳" not in browser.sign_in("wang").get("/calendar").text


def test_what_is_done_gives_way_to_what_is_not(cast: Cast) -> None:
    task(cast, WEDNESDAY, "寄样").complete(by=cast.wang)
    cast.pumps.expect_close_on(WEDNESDAY, by=cast.wang)
    born(cast, "王总", date(1970, 6, 17))
    db.session.commit()
    assert shown(cast, "stretch=day") == {WEDNESDAY: [str(cast.pumps), "王总", "寄样"]}


def test_what_was_changed_done_or_closed_meanwhile_stays_where_it_is(
    cast: Cast, wang: Browser
) -> None:
    call = task(cast, WEDNESDAY)
    seen = call.version
    call.title = "改期"
    call.note_changes(by=cast.li)
    db.session.commit()
    path = f"/calendar/task/{call.id}/move"
    form = {"version": str(seen), "day": "2026-06-19", "from_day": "2026-06-17"}
    stream = wang.post(path, form, htmx="task_card", status=409).html
    assert "changed by somebody else" in stream
    assert 'hx-target="#day_2026-06-17"' in stream
    assert 'hx-target="#day_2026-06-19"' in stream
    call.complete(by=cast.wang)
    db.session.commit()
    move(wang, call, "2026-06-19", 409)
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    move(wang, cast.pumps, "2026-06-30", 409)
    db.session.expire_all()
    assert (call.due_on, cast.pumps.expected_close) == (WEDNESDAY, date(2026, 8, 31))


def test_who_may_not_change_it_moves_nothing_and_finds_no_way_to(
    cast: Cast, browser: Browser
) -> None:
    call = task(cast, WEDNESDAY)
    reader = browser.sign_in("reader")
    html = reader.get(f"/calendar?whose={cast.wang.id}").html
    assert f"task_{call.id}_card" in html
    assert "/move" not in html
    assert "/tasks/new" not in html
    move(reader, call, "2026-06-19", 403)
    move(Browser(browser.app).sign_in("wu"), call, "2026-06-19", 404)
    db.session.expire_all()
    assert call.due_on == WEDNESDAY


def test_the_plus_of_a_day_begins_a_task_on_it(wang: Browser) -> None:
    page = wang.get("/calendar")
    assert "/tasks/new?due_on=2026-06-24" in page.html.replace("&amp;", "&")
    form = wang.get("/tasks/new?due_on=2026-06-24&next=/calendar").form("/tasks")
    assert form["fields"]["due_on"] == "2026-06-24"
    wang.post("/tasks", {**form["fields"], "title": "寄样品"}, status=303)
    assert wang.last.headers["Location"] == "/calendar"


# How much is asked


def test_it_asks_as_often_whatever_stands_in_it(app: Flask, cast: Cast, browser: Browser) -> None:
    li = browser.sign_in("li")
    path = f"/calendar?team={cast.li.team.id}"

    def asked() -> int:
        with counted(app) as statements:
            li.get(path)
        return len(statements)

    def write(count: int) -> None:
        for number in range(count):
            owner = (cast.wang, cast.zhao, cast.sun)[number % 3]
            firm = Customer.register(Customer(name=f"客户 {number}{count}", owner=owner), by=owner)
            day = WEDNESDAY + timedelta(days=number % 9)
            task(cast, day, assignee=owner, customer=firm)
            deal = Deal(name=f"机会 {number}", owner=owner, customer=firm, expected_close=day)
            deal.set_amount(Decimal(100), "CNY")
            Deal.open(deal, cast.stages[0], by=owner)
            born(cast, f"人 {number}{count}", day.replace(year=1980), firm)

    asked()
    write(3)
    few = asked()
    write(30)
    assert asked() == few
    assert few <= 22


def test_a_day_is_never_longer_than_is_shown(cast: Cast) -> None:
    for number in range(120):
        Task.add(Task(title=f"任务 {number}", due_on=WEDNESDAY, assignee=cast.wang), by=cast.wang)
    db.session.commit()

    def today(query: str) -> Day:
        found = calendar(CalendarFilter.parse_text(query), cast.wang)
        return next(day for day in found.days if day.is_today)

    for query, most in (("", 4), ("stretch=week", 12), ("stretch=day", 100)):
        assert (len(today(query).entries), today(query).total) == (most, 120)
