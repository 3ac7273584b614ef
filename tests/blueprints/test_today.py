"""Today is another page for each role, shows nothing that is not theirs, and is done in place."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from crm import clock
from crm.extensions import db
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    ExpenseClaim,
    OptionList,
    OutgoingMail,
    Quota,
    Role,
    Span,
    Task,
    Term,
    User,
)
from crm.models.approval import Decision
from crm.models.expense_claim import ClaimState
from crm.queries.today import today_of
from crm.queries.today.length import SHOWN
from tests.cast import Cast
from tests.claims import decide, make_item, submitted
from tests.page import Browser, Page
from tests.queries_counted import counted

DAY = date(2026, 6, 17)  # the tests' Wednesday


def task(cast: Cast, title: str, due: date, who: User | None = None) -> Task:
    who = who or cast.wang
    return Task.add(Task(title=title, due_on=due, assignee=who), by=who)


def stalled(cast: Cast, name: str, days: int, owner: User) -> Deal:
    """A deal that has stood in the first stage, of 14 days, for so long."""
    deal = Deal(name=name, owner=owner)
    deal.set_amount(Decimal(1000), "CNY")
    return Deal.open(deal, cast.stages[0], by=owner, at=clock.now() - timedelta(days=days))


def opened(browser: Browser, who: str) -> Page:
    db.session.commit()
    return browser.sign_in(who).get("/")


def names(rows) -> list[str]:  # type: ignore[no-untyped-def]
    return [str(row) for row in rows]


# Whose page it is


def test_a_rep_finds_their_own_work_in_order(cast: Cast, browser: Browser) -> None:
    task(cast, "昨天的事", DAY - timedelta(days=1))
    task(cast, "今天的事", DAY)
    task(cast, "明天的事", DAY + timedelta(days=1))
    task(cast, "别人的事", DAY, cast.zhao)
    stalled(cast, "停了的机会", 20, cast.wang)
    stalled(cast, "别人停了的", 20, cast.zhao)
    text = opened(browser, "wang").text
    places = [text.index(part) for part in ("昨天的事", "今天的事", "停了的机会")]
    assert places == sorted(places)
    for absent in ("明天的事", "别人的事", "别人停了的", "My people", "To pay"):
        assert absent not in text


def test_a_manager_finds_the_team_and_only_its_alarms(cast: Cast, browser: Browser) -> None:
    stalled(cast, "刚停的", 15, cast.wang)
    stalled(cast, "停很久的", 21, cast.wang)
    stalled(cast, "西部停的", 30, cast.wu)
    text = opened(browser, "li").text
    assert "停很久的" in text
    assert "My people" in text
    for absent in ("刚停的", "西部停的", "吴迪", "周涛"):
        assert absent not in text
    rows = {member.user.username: member for member in today_of(cast.li).team}
    assert set(rows) == {"li", "wang", "zhao", "sun"}
    assert (rows["wang"].deals, rows["wang"].stuck) == (4, 2)
    assert rows["wang"].open == Decimal("188000.00")
    assert rows["wang"].share == 100


@pytest.mark.parametrize(("who", "share"), [("wang", "50%"), ("li", "25%"), ("admin", "10%")])
def test_how_much_of_ones_quota_is_won_stands_there(
    cast: Cast, browser: Browser, who: str, share: str
) -> None:
    june = Term(Span.MONTH, date(2026, 6, 1))
    cast.pumps.win(by=cast.wang)
    won = cast.pumps.base_amount
    for holder, times in ((cast.wang, 2), (cast.wang.team, 4), (Company.current(), 10)):
        Quota.set_for(holder, 2026, {june: won * times}, by=cast.admin)
    db.session.commit()
    page = browser.sign_in(who).get("/")
    assert share in page.text
    assert "Quota this month" in page.text


def test_a_team_row_counts_what_was_done_and_left(cast: Cast) -> None:
    task(cast, "拖着的", DAY - timedelta(days=3))
    submitted(cast)
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for days in (0, 0, 6, 7):
        Activity.log(Activity(customer=cast.sigma, kind=call, summary="电话",
                              happened_at=clock.now() - timedelta(days=days)),
                     by=cast.wang)  # fmt: skip
    cast.pumps.win(by=cast.wang)
    db.session.flush()
    wang = next(member for member in today_of(cast.li).team if member.user.username == "wang")
    assert (wang.overdue, wang.claims, wang.won) == (1, 1, Decimal("186000.00"))
    assert wang.activities == (1, 0, 0, 0, 0, 0, 2)
    assert wang.bars == [50, 0, 0, 0, 0, 0, 100]


def test_finance_finds_what_is_to_pay_and_what_waits(cast: Cast, browser: Browser) -> None:
    decide(submitted(cast, title="批了的"), Decision.APPROVED)
    submitted(cast, title="等着的")
    text = opened(browser, "fin").text
    assert "批了的" in text
    assert "等着的" in text
    assert "My people" not in text
    assert "Customers going cold" not in text
    assert "批了的" not in opened(browser, "wang").text


def test_a_reader_looks_and_is_offered_nothing_to_do(cast: Cast, browser: Browser) -> None:
    stalled(cast, "停很久的", 30, cast.wang)
    page = opened(browser, "reader")
    assert "停很久的" in page.text
    assert "吴迪" in page.text
    assert {form["action"] for form in page.forms if "/preferences" not in form["action"]} <= {
        "/search", "/sign-out",
    }  # fmt: skip


def test_an_administrator_hears_of_mails_that_do_not_arrive(cast: Cast, browser: Browser) -> None:
    submitted(cast)
    mail = db.session.scalars(db.select(OutgoingMail)).one()
    mail.dead_at, mail.last_error = clock.now(), "550 no such user"
    assert "550 no such user" in opened(browser, "admin").text
    assert "550 no such user" not in opened(browser, "li").text


def test_who_has_two_roles_finds_both(cast: Cast, browser: Browser) -> None:
    cast.li.give_roles({Role.MANAGER, Role.FINANCE}, by=None)
    decide(submitted(cast, title="批了的"), Decision.APPROVED)
    text = opened(browser, "li").text
    assert "To pay" in text
    assert "My people" in text


def test_nobody_sees_what_hangs_on_other_peoples_customers(cast: Cast, browser: Browser) -> None:
    wu, canary = cast.wu, "金丝雀"
    customer = Customer.register(Customer(name=f"{canary}客户", owner=wu), by=wu)
    customer.created_at = clock.now() - timedelta(days=200)
    deal = stalled(cast, f"{canary}机会", 90, wu)
    deal.customer, deal.expected_close = customer, DAY
    Contact.register(Contact(customer=customer, name=f"{canary}人", birthday=DAY), by=wu)
    task(cast, f"{canary}任务", DAY, wu)
    submitted(cast, title=f"{canary}报销", by=wu)
    assert canary in opened(browser, "wu").text
    for stranger in ("wang", "li", "sun"):
        assert canary not in opened(browser, stranger).text


def test_the_news_of_ones_deal_leave_out_tasks_that_one_does_not_see(
    cast: Cast, browser: Browser
) -> None:
    deal = cast.deal("天成压力表")
    deal.owner = cast.wang  # at a customer of Wu's
    for title, assignee in (("金丝雀任务", cast.wu), ("看得见的任务", cast.wang)):
        Task.add(
            Task(title=title, assignee=assignee, deal=deal, customer=deal.customer), by=cast.wu
        )
    db.session.commit()
    text = opened(browser, "wang").text
    assert "看得见的任务" in text
    assert "金丝雀" not in text
    for path in (f"/deals/{deal.id}", f"/customers/{deal.customer_id}"):
        text = browser.get(path).text
        assert "看得见的任务" in text
        assert "金丝雀" not in text


@pytest.mark.parametrize("left", [False, True])
def test_the_next_task_of_a_deal_is_its_owners_or_ones_own_if_they_left(
    cast: Cast, browser: Browser, left: bool
) -> None:
    cast.sun.name = cast.wang.name  # two of one name
    deal = stalled(cast, "无主机会", 90, cast.gone if left else cast.wang)
    deal.customer = cast.sigma
    db.session.commit()
    page = opened(browser, "wang" if not left else "admin")
    forms = [form for form in page.forms if form["fields"].get("deal") == deal.code]
    fields = {**forms[0]["fields"], "title": "再打电话"}
    browser.post("/tasks", fields, status=303)
    made = db.session.scalar(db.select(Task).where(Task.title == "再打电话"))
    assert made.assignee == (cast.admin if left else cast.wang)


def test_an_empty_day_says_so(cast: Cast, browser: Browser) -> None:
    assert "No customers yet" in opened(browser, "sun").text
    Customer.register(Customer(name="青岛通源", owner=cast.sun), by=cast.sun)
    assert "Nothing is waiting for you" in opened(browser, "sun").text


# What stands in the lists


def test_lists_are_short_and_their_counts_are_true(cast: Cast, browser: Browser) -> None:
    for number in range(SHOWN + 3):
        task(cast, f"任务{number}", DAY)
        stalled(cast, f"机会{number}", 40, cast.wang)
    db.session.flush()
    today = today_of(cast.wang)
    assert (len(today.tasks.due), today.tasks.due_total) == (SHOWN, SHOWN + 3)
    assert (len(today.stuck.rows), today.stuck.total) == (SHOWN, SHOWN + 3)
    page = opened(browser, "wang")
    assert "All tasks" in page.text
    assert "All stalled deals on the board" in page.text


def test_customers_go_cold_by_their_grade_and_those_with_most_at_stake_come_first(
    cast: Cast,
) -> None:
    a, b = (cast.option(OptionList.GRADE, name) for name in ("A Key customer", "B Regular"))
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for name, grade, days in (
        ("甲冷", a, 15), ("甲热", a, 13), ("乙冷", b, 31), ("乙热", b, 29), ("无级冷", None, 61),
        ("无级热", None, 59),
    ):  # fmt: skip
        customer = Customer.register(Customer(name=name, owner=cast.wang, grade=grade),
                                     by=cast.wang)  # fmt: skip
        customer.created_at = clock.now() - timedelta(days=300)
        Activity.log(Activity(customer=customer, kind=call, summary="聊",
                              happened_at=clock.now() - timedelta(days=days)),
                     by=cast.wang)  # fmt: skip
        if name == "乙冷":
            Deal.open(Deal(name="乙的机会", customer=customer, owner=cast.wang), cast.stages[0],
                      by=cast.wang)  # fmt: skip
    db.session.flush()
    cold = today_of(cast.wang).cold.rows
    assert [each.customer.name for each in cold] == ["乙冷", "甲冷", "无级冷"]
    assert [each.days for each in cold] == [31, 15, 61]
    assert [each.has_deal for each in cold] == [True, False, False]


def test_whom_to_ring_stands_beside_a_late_task(cast: Cast, browser: Browser) -> None:
    late = task(cast, "回电", DAY - timedelta(days=1))
    late.customer = cast.sigma
    theirs = task(cast, "问价", DAY - timedelta(days=1))
    theirs.customer, cast.western.phone = cast.western, "029-1111"
    db.session.commit()
    found = today_of(cast.wang).telephones
    assert {key: (each.name, each.number) for key, each in found.items()} == {
        cast.sigma.id: ("刘洋", "13800001234")
    }, "of a customer that she does not see, she sees no number"
    browser.sign_in("wang")
    assert 'href="tel:13800001234"' in browser.get("/").html
    assert 'href="tel:13800001234"' in browser.get(f"/customers/{cast.sigma.id}").html
    db.session.scalars(Contact.at(cast.sigma)).one().is_primary = False
    db.session.commit()
    assert today_of(cast.wang).telephones[cast.sigma.id].number == "0411-8765 4321"


def test_what_should_close_comes_before_what_should_have(cast: Cast) -> None:
    for name, days in (("过期", -2), ("早过期", -20), ("周内", 5), ("明天", 1), ("下月", 30)):
        stalled(cast, name, 0, cast.wang).expected_close = DAY + timedelta(days=days)
    db.session.flush()
    assert names(today_of(cast.wang).closing.rows) == ["明天", "周内", "过期", "早过期"]


def test_birthdays_of_the_coming_week_are_told(cast: Cast) -> None:
    sigma, wang = cast.sigma, cast.wang
    for name, born in (("今天", date(1980, 6, 17)), ("周末", date(1990, 6, 21)),
                       ("下周", date(1970, 6, 24)), ("闰日", date(1988, 2, 29))):  # fmt: skip
        Contact.register(Contact(customer=sigma, name=name, birthday=born), by=wang)
    db.session.flush()
    found = today_of(cast.wang).birthdays
    assert [(each.contact.name, each.day.day) for each in found] == [("今天", 17), ("周末", 21)]


def test_the_next_birthdays_are_told_where_there_are_many(cast: Cast) -> None:
    sigma, wang = cast.sigma, cast.wang
    for days in (6, 5, 5, 4, 4, 3, 3, 2, 1, 0):
        born = DAY.replace(year=1980) + timedelta(days=days)
        Contact.register(Contact(customer=sigma, name=f"{days} 天后", birthday=born), by=wang)
    db.session.flush()
    found = [each.contact.name for each in today_of(wang).birthdays]
    assert found == [f"{days} 天后" for days in (0, 1, 2, 3, 3, 4, 4, 5)]


@pytest.mark.parametrize(("year", "kept"), [(2026, date(2026, 2, 28)), (2028, date(2028, 2, 29))])
def test_who_was_born_on_a_leap_day_has_a_birthday_each_year(
    cast: Cast, year: int, kept: date
) -> None:
    sigma, wang = cast.sigma, cast.wang
    for name, born in (("三月", date(1970, 3, 1)), ("闰日", date(1988, 2, 29))):
        Contact.register(Contact(customer=sigma, name=name, birthday=born), by=wang)
    db.session.flush()
    clock.set_to(clock.now().replace(year=year, month=2, day=26))
    found = [(each.contact.name, each.day) for each in today_of(wang).birthdays]
    assert found == [("闰日", kept), ("三月", date(year, 3, 1))]


def test_who_has_most_open_is_told_of_in_the_largest_team(cast: Cast) -> None:
    for number in range(40):
        User.join(f"阿{number:02}", roles={Role.REP}, username=f"a{number}", team=cast.li.team)
    db.session.flush()
    team = today_of(cast.li).team
    assert (team[0].user.username, len(team)) == ("wang", 44)


def test_news_are_what_others_did_since_yesterday(cast: Cast) -> None:
    clock.set_to(clock.now() + timedelta(days=3))  # the cast itself is no news any more
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    task(cast, "自己写的", DAY)
    Task.add(Task(title="李给的", assignee=cast.wang, due_on=DAY), by=cast.li)
    Deal.open(Deal(name="吴的机会", owner=cast.wu), cast.stages[0], by=cast.wu)
    db.session.flush()
    assert {event.action for event in today_of(cast.wang).news} == {"deal:moved", "task:created"}
    assert [event.action for event in today_of(cast.zhou).news] == ["deal:created"]
    clock.set_to(clock.now() + timedelta(days=2))
    assert today_of(cast.wang).news == []


def test_figures_are_of_what_one_may_see(cast: Cast) -> None:
    clock.set_to(clock.now() - timedelta(days=20))
    old = stalled(cast, "上月的", 5, cast.wang)
    old.win(by=cast.wang)
    clock.set_to(clock.now() + timedelta(days=20))
    new = stalled(cast, "这月的", 5, cast.wang)
    new.win(by=cast.wang)
    db.session.flush()
    values = {figure.label: (figure.value, figure.note, figure.share)
              for figure in today_of(cast.wang).figures}  # fmt: skip
    assert values["Won this month"] == ("CN¥1,000", "last month CN¥1,000", 100)
    assert values["Open deals"] == ("CN¥186,000", "2 deals", None)
    assert {figure.label: figure.value for figure in today_of(cast.wu).figures}["Open deals"] \
        == "CN¥42,000"  # fmt: skip


def test_a_figure_leads_to_just_what_it_counts(cast: Cast, browser: Browser) -> None:
    for name, ends in (("上月底", -18), ("月初", -16), ("月底", 13), ("下月", 14)):
        stalled(cast, name, 0, cast.wang).expected_close = DAY + timedelta(days=ends)
        clock.set_to(clock.now() + timedelta(days=ends))
        stalled(cast, f"赢在{name}", 0, cast.wang).win(by=cast.wang)
        stalled(cast, f"输在{name}", 0, cast.wang).lose(by=cast.wang, reason=None, historic=True)
        clock.set_to(clock.now() - timedelta(days=ends))
    task(cast, "今天的事", DAY)
    task(cast, "明天的事", DAY + timedelta(days=1))
    db.session.flush()
    figures = {figure.label: figure for figure in today_of(cast.wang).figures}
    of_cast = {str(cast.pumps), str(cast.vague)}
    listed = {
        label: set(names(db.session.scalars(figure.list.select(cast.wang)))) - of_cast
        for label, figure in figures.items()
    }
    assert listed["Expected this month"] == {"月初", "月底"}
    assert listed["Won this month"] == {"赢在月初", "赢在月底"}
    assert listed["Tasks by today"] == {"今天的事"}
    assert figures["Expected this month"].value == figures["Won this month"].value == "CN¥2,000"
    with browser.app.test_request_context():
        address = figures["Won this month"].list.url()
    assert f'href="{address.replace("&", "&amp;")}"' in opened(browser, "wang").html


# Done in place, without JavaScript


def test_a_task_is_ticked_off_and_back_again(cast: Cast, browser: Browser) -> None:
    todo = task(cast, "给西格玛回电", DAY)
    page = opened(browser, "wang")
    browser.submit(page, f"/tasks/{todo.id}/completion")
    assert browser.location == "/"
    page = browser.follow()
    assert "Done: 给西格玛回电" in page.text
    assert not page.with_id(f"task_{todo.id}_line")
    browser.submit(page, f"/tasks/{todo.id}/completion/delete")
    assert browser.follow().with_id(f"task_{todo.id}_line")


def test_a_task_is_put_off_and_back_again(cast: Cast, browser: Browser) -> None:
    todo = task(cast, "给西格玛回电", DAY)
    page = opened(browser, "wang")
    browser.submit(page, f"/tasks/{todo.id}/postponement", due_on="2026-06-18")
    page = browser.follow()
    assert "due on Jun 18" in page.text
    assert not page.with_id(f"task_{todo.id}_line")
    browser.submit(page, f"/calendar/task/{todo.id}/move/delete")
    assert browser.follow().with_id(f"task_{todo.id}_line")
    assert db.session.get_one(Task, todo.id).due_on == DAY


def test_a_task_without_a_day_is_put_off_and_has_none_again(cast: Cast, browser: Browser) -> None:
    todo = Task.add(Task(title="给西格玛回电", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get(f"/tasks/{todo.id}/postponement/new?next=/")
    browser.submit(page, f"/tasks/{todo.id}/postponement", due_on="2026-06-18")
    browser.submit(browser.follow(), f"/calendar/task/{todo.id}/move/delete")
    assert "has no day again" in browser.follow().text
    assert db.session.get_one(Task, todo.id).due_on is None


def test_what_was_put_off_and_changed_since_does_not_go_back(cast: Cast, browser: Browser) -> None:
    todo = task(cast, "给西格玛回电", DAY)
    page = opened(browser, "wang")
    browser.submit(page, f"/tasks/{todo.id}/postponement", due_on="2026-06-18")
    page = browser.follow()
    todo.put_off_to(DAY + timedelta(days=5), by=cast.li)
    db.session.commit()
    browser.submit(page, f"/calendar/task/{todo.id}/move/delete")
    assert "was changed by somebody else meanwhile" in browser.follow().text
    assert db.session.get_one(Task, todo.id).due_on == DAY + timedelta(days=5)


@pytest.mark.parametrize("typed", ["", "yesterday", "2026-13-01", "9" * 40])
def test_an_impossible_day_is_asked_again(cast: Cast, browser: Browser, typed: str) -> None:
    todo = task(cast, "给西格玛回电", DAY)
    opened(browser, "wang")
    browser.post(f"/tasks/{todo.id}/postponement", {"due_on": typed, "next": "/"}, status=422)
    browser.get(f"/tasks/{todo.id}/postponement/new?next=//evil.test")
    assert db.session.get_one(Task, todo.id).due_on == DAY


def test_a_claim_is_decided_where_its_items_are_seen(cast: Cast, browser: Browser) -> None:
    path = f"/approvals/{submitted(cast, title='大连出差').id}"
    page = opened(browser, "li")
    assert f'href="{path}"' in page.html
    assert not [form for form in page.forms if form.get("action", "").startswith("/approvals")]
    browser.submit(browser.get(path), f"{path}/decision", decision="approved")
    assert "大连出差, CN¥300.00: approved." in browser.follow().text
    assert "To approve" not in browser.get("/").text


def test_a_claim_is_paid_where_it_stands(cast: Cast, browser: Browser) -> None:
    decide(submitted(cast), Decision.APPROVED)
    claim = db.session.scalars(db.select(ExpenseClaim)).one()
    page = opened(browser, "fin")
    (link,) = [v["href"] for _, v in page.tags if v.get("href", "").startswith("/payments/new")]
    browser.submit(browser.get(link), "/payments", reference="42")
    assert browser.location == "/"
    db.session.expire_all()
    assert db.session.get_one(ExpenseClaim, claim.id).state is ClaimState.PAID


def test_a_stalled_deal_goes_on_or_gets_a_task(cast: Cast, browser: Browser) -> None:
    deal = stalled(cast, "停了的机会", 20, cast.wang)
    page = opened(browser, "wang")
    browser.submit(page, "/tasks", title="再问一次")
    assert browser.location == "/"
    added = db.session.scalars(db.select(Task).where(Task.deal_id == deal.id)).one()
    assert (added.title, added.due_on) == ("再问一次", DAY + timedelta(days=1))
    page = browser.follow()
    form = page.form(f"/deals/{deal.id}/move")
    moved = {**form["fields"], "stage": str(cast.stages[1].id)}
    browser.post(form["action"], moved, status=422)  # this stage demands a customer
    deal.customer = cast.sigma
    db.session.commit()
    form = browser.get("/").form(f"/deals/{deal.id}/move")
    browser.post(form["action"], {**form["fields"], "stage": str(cast.stages[1].id)})
    assert browser.location == "/"
    assert "停了的机会" not in browser.follow().text.replace("停了的机会 is now in", "")


def test_a_contact_with_a_cold_customer_is_noted(cast: Cast, browser: Browser) -> None:
    cast.sigma.created_at = clock.now() - timedelta(days=90)
    page = opened(browser, "wang")
    assert "no contact for 90 days" in page.text
    browser.submit(page, f"/customers/{cast.sigma.id}/activities", summary="电话，下周去")
    assert browser.location == "/"
    assert "no contact for" not in browser.follow().text


def test_today_asks_as_often_for_many_records_as_for_few(
    app: Flask, cast: Cast, browser: Browser
) -> None:
    def questions(who: str) -> int:
        opened(browser, who)
        with counted(app) as statements:
            browser.get("/")
        return len(statements)

    def write(count: int) -> None:
        owners = (cast.wang, cast.zhao, cast.sun)
        for number in range(count):
            owner = owners[number % 3]
            stalled(cast, f"机会{number}", 60, owner)
            for person in (owner, cast.li, cast.fin):
                task(cast, f"任务{number}", DAY, person)
            submitted(cast, make_item(cast), title=f"报销{number}", by=owner)
            decide(submitted(cast, make_item(cast), title=f"批了{number}", by=owner),
                   Decision.APPROVED)  # fmt: skip

    people = ("wang", "li", "fin", "reader", "admin")
    write(9 * 3)
    few = {who: questions(who) for who in people}
    write(9 * 3)
    assert {who: questions(who) for who in people} == few
    assert max(few.values()) <= 40
