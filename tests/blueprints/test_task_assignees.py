"""Giving tasks to somebody else, with what is to be said to them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm import clock, jobs
from crm.extensions import db
from crm.models import Action, Event, Notification, Task, User
from crm.models.notification.kinds import GATHERED
from crm.queries.notifications import notices_of
from tests.cast import Cast
from tests.mailbox import Mailbox
from tests.page import Browser

SAID = "王经理周五前要样本"


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def task(cast: Cast) -> Task:
    made = Task.add(Task(title="寄样本", assignee=cast.wang, customer=cast.sigma), by=cast.wang)
    db.session.commit()
    return made


def told(user: User) -> list[str]:
    """What ``user`` is told, once the worker has been there."""
    jobs.run_once()
    rows = db.session.scalars(Notification.visible_to(user)).all()
    return [notice.said for notice in notices_of(rows)]


def said_with_changes() -> list[str]:
    changed = select(Event).where(Event.action == Action.TASK_CHANGED).order_by(Event.id)
    return [event.particulars["comment"] for event in db.session.scalars(changed)]


@pytest.mark.parametrize("htmx", [False, "form#x"])
def test_who_gets_a_task_is_told_why_in_the_list_the_mail_and_the_timeline(
    cast: Cast, wang: Browser, task: Task, mailbox: Mailbox, htmx: str | bool
) -> None:
    path = f"/tasks/{task.id}/assignee"
    form = wang.get(f"{path}/edit", htmx=htmx)
    wang.submit(form, path, 200 if htmx else 303, htmx=htmx, assignee=cast.zhao.name,
                assignee_id=str(cast.zhao.id), comment=SAID)  # fmt: skip
    assert task.assignee == cast.zhao
    assert told(cast.zhao) == [f"王芳 gave you this task: {SAID}"]
    assert SAID in wang.get(f"/tasks/{task.id}").text
    clock.set_to(clock.now() + GATHERED)
    jobs.run_once()
    (mail,) = mailbox.messages
    assert SAID in mail.text


def test_without_a_word_it_is_given_as_before(cast: Cast, wang: Browser, task: Task) -> None:
    path = f"/tasks/{task.id}/assignee"
    wang.submit(wang.get(f"{path}/edit"), path, assignee=cast.zhao.name,
                assignee_id=str(cast.zhao.id))  # fmt: skip
    assert told(cast.zhao) == ["王芳 gave you this task."]


def test_a_word_to_nobody_is_refused_and_stays_typed(wang: Browser, task: Task) -> None:
    path = f"/tasks/{task.id}/assignee"
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, comment=SAID)
    assert "Choose who gets it" in page.text
    assert page.form(path)["fields"]["comment"] == SAID


def test_a_task_that_was_changed_meanwhile_is_not_given_away(
    cast: Cast, wang: Browser, task: Task
) -> None:
    path = f"/tasks/{task.id}/assignee"
    form = wang.get(f"{path}/edit")
    task.assign_to(cast.li, by=cast.li)
    db.session.commit()
    wang.submit(form, path, 409, assignee=cast.zhao.name, assignee_id=str(cast.zhao.id))
    assert task.assignee == cast.li


def test_the_form_of_a_task_gives_it_away_with_a_word_too(
    cast: Cast, wang: Browser, task: Task
) -> None:
    path = f"/tasks/{task.id}"
    wang.submit(wang.get(f"{path}/edit"), path, assignee=cast.zhao.name,
                assignee_id=str(cast.zhao.id), comment=SAID)  # fmt: skip
    wang.submit(wang.get(f"{path}/edit"), path, title="寄两份样本")
    assert said_with_changes() == [SAID, ""]


def test_a_new_task_has_its_note_and_asks_for_no_word(wang: Browser) -> None:
    assert "What to say to them" not in wang.get("/tasks/new").text


def test_several_are_given_away_with_one_word(cast: Cast, browser: Browser, task: Task) -> None:
    li = browser.sign_in("li")
    other = Task.add(Task(title="回电话", assignee=cast.zhao, customer=cast.sigma), by=cast.li)
    db.session.commit()
    ticked = {"deed": "assign", "record": [str(task.id), str(other.id)]}
    asked = li.post("/batches/tasks?everyone=1", ticked, status=422)
    li.submit(asked, "/batches/tasks", assignee=cast.zhao.name, assignee_id=str(cast.zhao.id),
              comment=SAID, record=ticked["record"])  # fmt: skip
    assert {task.assignee, other.assignee} == {cast.zhao}
    assert said_with_changes() == [SAID]  # the other was Zhao's already
    assert f"李敏 gave you this task: {SAID}" in told(cast.zhao)
