"""Reminder rules under Settings: written, looked at, switched on, changed; and answered."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Customer, OptionList, ReminderRule, Task
from tests.cast import Cast
from tests.conftest import NOON
from tests.page import Browser
from tests.reminder_rules import after_visit, at, first_call, look, on, silence, visited

RULES = "/settings/reminder-rules"
TODAY = NOON.date()


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("admin")


def only_rule() -> ReminderRule:
    return db.session.scalars(ReminderRule.in_order()).one()


def made() -> Task:
    return db.session.scalars(select(Task).where(Task.firing_id.is_not(None))).one()


def test_a_rule_says_what_it_would_make_before_it_is_switched_on(
    cast: Cast, admin: Browser
) -> None:
    visited(cast, cast.sigma, TODAY - timedelta(days=5))
    visited(cast, cast.sigma, TODAY - timedelta(days=3))
    visited(cast, cast.sigma, TODAY - timedelta(days=1))
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit").id
    new = admin.get(f"{RULES}/activity/new")
    typed = {"name": "三天回访", "title": "回访{客户}", "days": "3", "activity_kind": visit}
    admin.submit(new, f"{RULES}/activity", 422, **{**typed, "title": "回访{谁}"})
    admin.submit(new, f"{RULES}/activity", 422, **{**typed, "days": ""})
    admin.submit(new, f"{RULES}/activity", **typed)
    page = admin.follow()
    assert "2 tasks, if what was due already counts. Of these, 1 falls due today." in page.text
    assert "1 more falls due within seven days." in page.text
    assert page.text.count(f"回访{cast.sigma.name}") == 2
    rule = only_rule()
    assert look() == []
    admin.submit(page, f"{RULES}/{rule.id}/switch", also_due="")
    assert "三天回访 is on." in admin.follow().text
    assert look() == [f"回访{cast.sigma.name}"]
    page = admin.get(RULES)
    assert "1 made · 1 open · 0 done · 0 enough" in page.text


def test_the_names_that_braces_take_are_told_in_the_readers_language(
    cast: Cast, admin: Browser
) -> None:
    new = admin.get(f"{RULES}/first_contact/new")
    typed = {"name": "新客户", "title": "打电话给{谁}", "hours": "4"}
    page = admin.submit(new, f"{RULES}/first_contact", 422, **typed)
    assert "{谁} names nothing here. These do: {customer}, {name}" in page.text
    cast.admin.language = "zh"
    db.session.commit()
    page = admin.submit(new, f"{RULES}/first_contact", 422, **typed)
    assert "{客户}、{名称}" in page.text
    assert "{customer}" not in page.text


def test_the_figures_of_a_rule_lead_to_the_tasks_that_one_sees_of_it(
    cast: Cast, admin: Browser, browser: Browser
) -> None:
    for _each in range(2):
        visited(cast, cast.sigma, TODAY - timedelta(days=3))
    rule = on(after_visit(cast, 3), cast)
    look()
    done, is_open = db.session.scalars(
        select(Task).where(Task.firing_id.is_not(None)).order_by(Task.id)
    )
    done.title, is_open.title = "已回访", "待回访"
    done.complete(by=cast.wang)
    Task.add(Task(title="与规则无关", assignee=cast.wang), by=cast.wang)
    is_open.customer, is_open.assignee, is_open.created_by = None, cast.wu, cast.wu
    db.session.commit()
    lists = {f"/tasks?rule={rule.id}&everyone=1": "待回访",
             f"/tasks?rule={rule.id}&everyone=1&state=done": "已回访"}  # fmt: skip
    for each in (RULES, f"{RULES}/{rule.id}"):
        page = admin.get(each)
        assert "2 made · 1 open · 1 done" in page.text
        assert all(f'href="{address.replace("&", "&amp;")}"' in page.html for address in lists)
    for address, title in lists.items():
        page = admin.get(address)
        assert [name for name in ("待回访", "已回访", "与规则无关") if name in page.text] == [title]
    assert "2 made · 0 open · 1 done" in browser.sign_in("li").get(RULES).text


def test_who_leads_a_team_reads_in_a_preview_of_no_record_that_they_do_not_see(
    cast: Cast, browser: Browser
) -> None:
    for customer in (cast.sigma, cast.western):
        visited(cast, customer, TODAY - timedelta(days=3))
    rule = after_visit(cast, 3, name="回访规则")
    page = browser.sign_in("zhou").get(f"{RULES}/{rule.id}")
    assert "2 tasks, if what was due already counts." in page.text
    assert f"回访{cast.western.name}" in page.text
    assert cast.sigma.name not in page.text
    assert "1 more" in page.text


def test_a_task_that_was_purged_was_made_and_is_neither_open_nor_done(
    cast: Cast, admin: Browser
) -> None:
    visited(cast, cast.sigma, TODAY - timedelta(days=3))
    on(after_visit(cast, 3), cast)
    look()
    db.session.delete(made())
    db.session.commit()
    assert "1 made · 0 open · 0 done" in admin.get(RULES).text


def test_many_tasks_at_once_are_asked_about(
    cast: Cast, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.forms import reminder_rule

    monkeypatch.setattr(reminder_rule, "MANY", 1)
    for _each in range(2):
        visited(cast, cast.sigma, TODAY - timedelta(days=5))
    rule = after_visit(cast, 3)
    page, switch = admin.get(f"{RULES}/{rule.id}"), f"{RULES}/{rule.id}/switch"
    asked = admin.submit(page, switch, 422, also_due="1")
    assert "2 tasks are made at once." in asked.text
    db.session.expire_all()
    assert not only_rule().is_on
    admin.submit(asked, switch, also_due="1", confirmed=asked.mark)
    db.session.expire_all()
    assert only_rule().is_on


def test_who_looked_at_another_rule_than_it_is_by_now_does_not_switch_it_on(
    cast: Cast, admin: Browser
) -> None:
    rule = after_visit(cast, 3)
    page, switch = admin.get(f"{RULES}/{rule.id}"), f"{RULES}/{rule.id}/switch"
    edit = admin.get(f"{RULES}/{rule.id}/edit")
    admin.submit(edit, f"{RULES}/{rule.id}", days="1")
    admin.submit(page, switch, also_due="1")
    page = admin.follow()
    assert "was changed by somebody else meanwhile" in page.text
    db.session.expire_all()
    assert not only_rule().is_on
    admin.submit(page, switch, also_due="1")
    db.session.expire_all()
    assert only_rule().is_on


def test_the_page_says_when_what_is_due_is_made(cast: Cast, browser: Browser) -> None:
    soon, morning = "made within minutes", "made from six in the morning on"
    daily, first = on(after_visit(cast, 3), cast), on(first_call(cast), cast)
    visited(cast, cast.sigma, TODAY - timedelta(days=3))
    Customer.register(Customer(name="新仪表", owner=cast.zhao), by=cast.zhao)
    db.session.commit()
    at(TODAY, time(5, 59))
    admin = browser.sign_in("admin")
    assert morning in admin.get(f"{RULES}/{daily.id}").text
    assert soon in admin.get(f"{RULES}/{first.id}").text
    at(TODAY, time(6))
    assert soon in admin.get(f"{RULES}/{daily.id}").text
    look()
    assert "Nothing is due now." in admin.get(f"{RULES}/{daily.id}").text
    visited(cast, cast.sigma, TODAY - timedelta(days=3))
    assert morning in admin.get(f"{RULES}/{daily.id}").text, "of today the worker is through"


def test_each_grade_of_silence_is_asked_for_and_one_needs_days(cast: Cast, admin: Browser) -> None:
    grade = cast.option(OptionList.GRADE, "A Key customer")
    new, typed = admin.get(f"{RULES}/silence/new"), {"name": "久未联系", "title": "联系{customer}"}
    admin.submit(new, f"{RULES}/silence", 422, **typed)
    admin.submit(new, f"{RULES}/silence", **typed, **{f"days_{grade.id}": "30", "days_0": "90"})
    assert "No contact: A Key customer 30 days, Without a grade 90 days" in admin.follow().text
    rule = only_rule()
    edit = admin.get(f"{RULES}/{rule.id}/edit")
    admin.submit(edit, f"{RULES}/{rule.id}", days_0="", remind_before=["0"])
    page = admin.follow().text
    assert "A Key customer 30, — 90" in page
    assert "at the time" in page
    assert rule.days_by_grade == {grade: 30}


def test_what_changes_a_rule_that_is_on_counts_from_then_on(cast: Cast, admin: Browser) -> None:
    visited(cast, cast.sigma, TODAY - timedelta(days=5))
    rule = on(after_visit(cast, 30), cast, also_due=True)
    edit = admin.get(f"{RULES}/{rule.id}/edit")
    admin.submit(edit, f"{RULES}/{rule.id}", days="3")
    assert look() == []
    assert rule.counts_from == TODAY


def test_whoever_saves_second_is_told(cast: Cast, admin: Browser) -> None:
    rule = after_visit(cast, 3)
    edit = admin.get(f"{RULES}/{rule.id}/edit")
    admin.submit(edit, f"{RULES}/{rule.id}", days="4")
    second = admin.submit(edit, f"{RULES}/{rule.id}", 409, days="5")
    assert "Nothing was saved yet" in second.text
    assert only_rule().days == 4


def test_a_rule_is_deleted_and_comes_back_by_undo(cast: Cast, admin: Browser) -> None:
    rule = on(silence(cast), cast)
    admin.submit(admin.get(f"{RULES}/{rule.id}"), f"{RULES}/{rule.id}/delete")
    assert "No reminder rules yet" in admin.follow().text
    admin.post(f"{RULES}/{rule.id}/restoration")
    page = admin.follow().text
    assert "silence is back." in page
    assert only_rule().is_on


def test_managers_read_rules_and_others_do_not_find_them(cast: Cast, browser: Browser) -> None:
    rule = after_visit(cast, 3)
    page = browser.sign_in("li").get(f"{RULES}/{rule.id}")
    assert "Switch on" not in page.text
    browser.sign_in("wang").get(f"{RULES}/{rule.id}", status=404)


def test_done_and_enough_makes_no_more_until_somebody_asks_for_it_again(
    cast: Cast, browser: Browser
) -> None:
    on(after_visit(cast, 3), cast, also_due=True)
    visited(cast, cast.sigma, TODAY - timedelta(days=3))
    look()
    wang, task = browser.sign_in("wang"), made()
    assert "By the rule activity" in wang.get(f"/tasks/{task.id}").text
    asked = wang.get(f"/tasks/{task.id}/answer/new")
    wang.submit(asked, f"/tasks/{task.id}/answer", answer="enough")
    db.session.expire_all()
    assert made().is_done
    visited(cast, cast.sigma, TODAY - timedelta(days=4))
    assert look() == []
    customer = wang.get(f"/customers/{cast.sigma.id}")
    assert "王芳 said that it is enough" in customer.text
    wang.submit(customer, "/reminders/enough/1/delete")
    assert "activity reminds of it again." in wang.follow().text
    at(TODAY + timedelta(days=1))
    assert look() == [f"回访{cast.sigma.name}"]


def test_a_task_that_nobodys_rule_made_is_not_asked_about(cast: Cast, browser: Browser) -> None:
    task = Task.add(Task(title="回电话", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    browser.sign_in("wang").get(f"/tasks/{task.id}/answer/new", status=404)
