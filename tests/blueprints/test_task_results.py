"""What came of a task: noted when it is done, taken back when it was not done after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Activity, OptionList, Task
from tests.cast import Cast
from tests.page import Browser

STAYS = "What was noted with it stays"


@pytest.fixture
def task(cast: Cast) -> Task:
    made = Task.add(Task(title="回电话", assignee=cast.wang, customer=cast.sigma), by=cast.wang)
    db.session.commit()
    return made


@pytest.fixture
def wang(cast: Cast, browser: Browser, task: Task) -> Browser:
    """Wang, who has done it and noted what came of it."""
    wang, path = browser.sign_in("wang"), f"/tasks/{task.id}/note"
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Call").id)
    wang.submit(wang.get(f"{path}/new"), path, kind=kind, summary="价格谈好了")
    return wang


def reopen(browser: Browser, task: Task) -> str:
    """Undo it; what is said then."""
    browser.post(f"/tasks/{task.id}/completion/delete", {"next": f"/tasks/{task.id}"})
    return browser.follow().text


def noted() -> Activity:
    return db.session.scalars(select(Activity)).one()


def test_the_page_of_a_task_says_what_came_of_it_to_who_sees_that(
    wang: Browser, task: Task
) -> None:
    assert "价格谈好了" in wang.get(f"/tasks/{task.id}").text
    reopen(wang, task)
    assert "价格谈好了" not in wang.get(f"/tasks/{task.id}").text


def test_what_was_noted_goes_with_it_by_its_own_trail(wang: Browser, task: Task) -> None:
    assert "What was noted with it is taken back, too." in reopen(wang, task)
    assert noted().is_trashed
    assert task.result is None
    wang.submit(wang.get("/trash?noun=activity"), f"/trash/activity/{noted().id}/restore")
    assert not noted().is_trashed


@pytest.mark.parametrize("htmx", [False, "form#x"])
def test_undo_in_the_message_takes_it_back_too(wang: Browser, task: Task, htmx: str | bool) -> None:
    page = wang.follow()
    path = f"/tasks/{task.id}/completion/delete"
    wang.submit(page, path, 200 if htmx else 303, htmx=htmx)
    assert noted().is_trashed


def _change(activity: Activity, cast: Cast) -> None:
    activity.summary = "价格还没谈好"
    activity.note_changes(by=cast.wang)


def _let_a_day_pass(_activity: Activity, _cast: Cast) -> None:
    clock.set_to(clock.now() + timedelta(days=1, minutes=1))


@pytest.mark.parametrize("happens", [_change, _let_a_day_pass])
def test_what_was_changed_or_is_old_stays_and_that_is_said(
    cast: Cast, wang: Browser, task: Task, happens: Callable[[Activity, Cast], None]
) -> None:
    happens(noted(), cast)
    db.session.commit()
    assert STAYS in reopen(wang.sign_in("wang"), task)
    assert not task.is_done
    assert not noted().is_trashed


def test_nobody_takes_back_what_somebody_else_noted(cast: Cast, wang: Browser, task: Task) -> None:
    assert STAYS in reopen(wang.sign_in("li"), task)
    assert not noted().is_trashed


def test_what_its_author_took_back_before_is_not_spoken_of(
    cast: Cast, wang: Browser, task: Task
) -> None:
    noted().trash(by=cast.wang)
    db.session.commit()
    assert "What was noted" not in reopen(wang, task)


def test_a_task_that_was_only_ticked_off_is_reopened_without_a_word(
    cast: Cast, wang: Browser, task: Task
) -> None:
    reopen(wang, task)
    wang.post(f"/tasks/{task.id}/completion", {})
    assert "What was noted" not in reopen(wang, task)


def test_a_note_typed_while_somebody_else_ticks_it_off_is_kept_and_noted_if_wanted(
    cast: Cast, browser: Browser, task: Task
) -> None:
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Call").id)
    path = f"/tasks/{task.id}/note"
    wang = browser.sign_in("wang")
    asked = wang.get(f"{path}/new")
    task.complete(by=cast.li)
    db.session.commit()
    page = wang.submit(asked, path, 409, kind=kind, summary="价格谈好了")
    assert "李敏 has ticked it off already." in page.text
    assert "价格谈好了" in page.html
    assert db.session.scalars(select(Activity)).all() == []
    wang.submit(page, path)
    assert noted().summary == "价格谈好了"
    assert (task.done_by, task.result) == (cast.li, None)


def test_a_note_sent_twice_is_noted_once(cast: Cast, wang: Browser, task: Task) -> None:
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Call").id)
    wang.post(f"/tasks/{task.id}/note", {"kind": kind, "summary": "价格谈好了"})
    assert noted().summary == "价格谈好了"


def test_at_a_customer_that_one_does_not_see_nothing_is_noted(cast: Cast, browser: Browser) -> None:
    theirs = Task.add(Task(title="寄样本", assignee=cast.sun, customer=cast.western), by=cast.wu)
    db.session.commit()
    sun = browser.sign_in("sun")
    assert "Done with a note" not in sun.get(f"/tasks/{theirs.id}").text
    kind = str(cast.option(OptionList.ACTIVITY_KIND, "Call").id)
    typed = {"kind": kind, "summary": "寄了"}
    sun.post(f"/tasks/{theirs.id}/note", typed, status=404)
    assert db.session.scalars(select(Activity)).all() == []
