"""Tasks: the list, the form, and who they are given to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, Event, Task
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def test_who_was_given_a_task_saves_it_without_seeing_its_customer(
    cast: Cast, browser: Browser
) -> None:
    task = Task.add(Task(title="寄样本", assignee=cast.sun, customer=cast.western), by=cast.wu)
    db.session.commit()
    sun, path = browser.sign_in("sun"), f"/tasks/{task.id}"
    sun.submit(sun.get(f"{path}/edit"), path, note="已寄")
    assert (task.note, task.customer) == ("已寄", cast.western)


def test_the_deal_of_a_task_brings_its_customer_and_the_history_keeps_the_rest(
    cast: Cast, wang: Browser
) -> None:
    task = Task.add(Task(title="报价", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    path = f"/tasks/{task.id}"
    wang.submit(wang.get(f"{path}/edit"), path, title="第二次报价", deal=f"D-{cast.pumps.id:06d}")
    assert task.customer == cast.sigma
    changed = select(Event).where(Event.action == Action.TASK_CHANGED)
    assert db.session.scalars(changed).one().particulars["changes"] == {
        "title": ["报价", "第二次报价"], "customer": ["", cast.sigma.name],
        "deal": ["", cast.pumps.name],
    }  # fmt: skip


def test_a_stale_tick_is_shown_as_a_word_and_an_amount_as_a_number(
    cast: Cast, wang: Browser
) -> None:
    task = Task.add(Task(title="报价", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    form = wang.get(f"/tasks/{task.id}/edit")
    task.urgent = True
    pumps = cast.pumps
    pumps.probability = 0
    db.session.commit()
    assert "Urgent yes no" in wang.submit(form, f"/tasks/{task.id}", 409).text
    form = wang.get(f"/deals/{pumps.id}/edit")
    pumps.probability = 1
    db.session.commit()
    assert "Probability 1 0" in wang.submit(form, f"/deals/{pumps.id}", 409).text
