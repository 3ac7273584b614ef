"""Noting what happened, and doing what comes next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Activity, Contact, OptionList, Task
from tests.cast import Cast
from tests.page import Browser, Page


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def task(cast: Cast) -> Task:
    made = Task.add(Task(title="回电话", assignee=cast.wang, customer=cast.sigma), by=cast.wang)
    db.session.commit()
    return made


def note(browser: Browser, cast: Cast, *, status: int, htmx: str | bool = False,
         **typed: str) -> Page:  # fmt: skip
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Visit").id)
    form = {"kind": kind, "summary": "谈了价格", **typed}
    path = f"/customers/{cast.sigma.id}/activities"
    return browser.post(path, form, status=status, htmx=htmx)


def targets(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


def test_an_activity_answers_with_the_regions_it_changed(cast: Cast, wang: Browser) -> None:
    page = note(wang, cast, status=200, htmx="form#x")
    customer = f"#customer_{cast.sigma.id}"
    assert targets(page) == [f"{customer}_activity_form", f"{customer}_head",
                             f"{customer}_timeline", f"{customer}_tasks", "#toasts"]  # fmt: skip
    assert "谈了价格" in page.text


def test_without_javascript_it_leads_back_to_the_customer(cast: Cast, wang: Browser) -> None:
    note(wang, cast, status=303)
    assert "谈了价格" in wang.follow().text


@pytest.mark.parametrize("htmx", [False, "form#x"])
def test_a_note_is_kept_though_the_deal_was_closed_meanwhile(
    cast: Cast, wang: Browser, htmx: str | bool
) -> None:
    pumps = cast.pumps
    page = wang.get(f"/deals/{pumps.id}")
    pumps.win(by=cast.li)
    db.session.commit()
    action = f"/customers/{cast.sigma.id}/activities"
    typed = {"kind": str(cast.option(OptionList.ACTIVITY_KIND, "Visit").id)}
    again = wang.submit(page, action, status=422, htmx=htmx, summary="", **typed)
    wang.submit(again, action, status=200 if htmx else 303, htmx=htmx, summary="谈了价格", **typed)
    noted = db.session.scalars(select(Activity)).one()
    assert (noted.summary, noted.deal_id) == ("谈了价格", pumps.id)


def test_a_next_step_with_a_day_becomes_a_task(cast: Cast, wang: Browser) -> None:
    note(wang, cast, status=303, next_step="发报价")
    assert db.session.scalars(select(Task)).all() == []
    note(wang, cast, status=303, next_step="发报价", next_step_on="2026-06-20")
    made = db.session.scalars(select(Task)).one()
    assert (made.title, made.due_on, made.assignee, made.customer) == (
        "发报价", date(2026, 6, 20), cast.wang, cast.sigma,
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [{"summary": "  "}, {"kind": ""}, {"happened_at": "2026-06-17T12:30"}, {"deal": "99999"},
     {"contact": "99999"}, {"next_step_on": "soon"}, {"summary": "x" * 10_001}],
    ids=lambda typed: next(iter(typed)),
)  # fmt: skip
@pytest.mark.parametrize("htmx", ["form#x", False])
def test_what_cannot_be_noted_comes_back(
    cast: Cast, wang: Browser, typed: dict[str, str], htmx: str | bool
) -> None:
    page = note(wang, cast, status=422, htmx=htmx, **typed)
    assert any(values.get("aria-invalid") for _, values in page.tags)
    assert db.session.scalars(select(Activity)).all() == []


def test_a_chinese_name_is_kept_without_its_gap(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}/contacts"
    wang.submit(wang.get(f"{path}/new"), path, name=" 欧阳  娜 ")
    assert db.session.scalars(select(Contact.name).where(Contact.name.contains("欧阳"))).all() == [
        "欧阳娜"
    ]


def test_a_contact_is_added_corrected_and_made_primary(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}/contacts"
    form = wang.get(f"{path}/new")
    page = wang.submit(form, path, 422, name="张三", email="not an address")
    assert page.form(path)["fields"]["name"] == "张三"
    wang.submit(page, path, email="zhang@sigma.example", is_primary="y")
    primary = db.session.scalars(select(Contact).where(Contact.is_primary)).one()
    assert primary.name == "张三"
    edit = wang.get(f"/contacts/{primary.id}/edit")
    wang.submit(edit, f"/contacts/{primary.id}", mobile="13900000000")
    wang.submit(edit, f"/contacts/{primary.id}", 409, mobile="13911111111")
    assert primary.mobile == "13900000000"
    wang.submit(wang.get(f"/contacts/{primary.id}"), f"/contacts/{primary.id}/delete")
    wang.get(f"/contacts/{primary.id}", status=404)
    wang.submit(wang.get("/trash"), f"/trash/contact/{primary.id}/restore")
    assert "张三" in wang.get("/contacts?q=zhangsan").text


def test_a_task_is_done_and_reopened_in_place(cast: Cast, wang: Browser, task: Task) -> None:
    path = f"/tasks/{task.id}/completion"
    page = wang.submit(wang.get("/tasks"), path, 200, htmx="form#x")
    assert targets(page) == [f"#task_{task.id}_tick", "#toasts"]
    assert (task.done_by, task.done_at) == (cast.wang, clock.now())
    wang.submit(page, f"{path}/delete", 200, htmx="form#x")
    assert task.done_at is None


def test_without_javascript_a_task_leads_back_to_its_page(wang: Browser, task: Task) -> None:
    wang.submit(wang.get("/tasks?everyone=1"), f"/tasks/{task.id}/completion")
    assert wang.location == "/tasks?everyone=1"
    wang.post(f"/tasks/{task.id}/completion/delete", {"next": "//evil.test"})
    assert wang.location == "/tasks"


def test_a_task_about_a_deal_brings_its_customer(cast: Cast, wang: Browser) -> None:
    form = wang.get(f"/tasks/new?deal={cast.pumps.id}")
    wang.submit(form, "/tasks", title="发样品", customer="")
    made = db.session.scalars(select(Task)).one()
    assert (made.deal, made.customer) == (cast.pumps, cast.sigma)


def test_a_stale_task_is_refused(wang: Browser, task: Task) -> None:
    form = wang.get(f"/tasks/{task.id}/edit")
    task.title = "别的"
    page = wang.submit(form, f"/tasks/{task.id}", 409, note="注意")
    assert "别的" in page.text
    assert page.form(f"/tasks/{task.id}")["fields"]["note"].strip() == "注意"


def test_tasks_are_listed_by_when_they_are_due(cast: Cast, wang: Browser) -> None:
    today = clock.now().date()
    for title, days in (("昨天", -1), ("今天", 0), ("明天", 1)):
        Task.add(Task(title=title, assignee=cast.wang, due_on=today + timedelta(days=days)),
                 by=cast.wang)  # fmt: skip
    shown = {
        state: [title for title in ("昨天", "今天", "明天")
                if title in "".join(_titles(wang.get(f"/tasks?state={state}")))]
        for state in ("overdue", "today", "open", "done")
    }  # fmt: skip
    assert shown == {"overdue": ["昨天"], "today": ["今天"], "open": ["昨天", "今天", "明天"],
                     "done": []}  # fmt: skip


def _titles(page: Page) -> list[str]:
    return [values["aria-label"] for tag, values in page.tags
            if tag == "button" and values.get("class") == "tick"]  # fmt: skip


def test_the_way_back_to_the_list_outlives_a_note(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}"
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Call").id)
    page = wang.get(f"{where}?list=owner%3Dme")
    wang.submit(page, f"{where}/activities", kind=kind, summary="电话")
    assert wang.location == f"{where}?list=owner%3Dme#timeline"
