"""Rows of forms: their numbers are read as forms write them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Task
from tests.cast import Cast
from tests.page import Browser


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5_000, "-1", "", "x"])
def test_names_that_no_form_has_written_are_passed_over(
    cast: Cast, browser: Browser, number: str
) -> None:
    browser.sign_in("wang")
    typed = {"title": "陪访", "assignee": "王芳", "participants-0": "孙健"}
    page = browser.get("/tasks/new")
    browser.submit(page, "/tasks", **typed, **{f"participants-{number}": "赵磊"})
    (task,) = db.session.scalars(select(Task))
    assert task.participants == [cast.sun]
