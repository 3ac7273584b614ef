"""The quadrants of tasks: what stands in which, how it gets there, and what it is narrowed by."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.filters.tasks.priority import Quadrant
from crm.filters.tasks.quadrants import QuadrantFilter
from crm.models import Action, Event, SavedView, Task
from crm.queries import quadrants
from crm.queries.quadrants import fields
from tests.cast import Cast
from tests.page import Browser, Page

FLAGS = {"甲": (True, True), "乙": (False, True), "丙": (True, False), "丁": (False, False)}


@pytest.fixture
def tasks(cast: Cast) -> dict[str, Task]:
    """One of Wang's in each quadrant."""
    made = {
        title: Task.add(
            Task(title=title, urgent=urgent, important=important, assignee=cast.wang,
                 customer=cast.sigma),
            by=cast.wang,
        )
        for title, (urgent, important) in FLAGS.items()
    }  # fmt: skip
    db.session.commit()
    return made


@pytest.fixture
def wang(cast: Cast, browser: Browser, tasks: dict[str, Task]) -> Browser:
    return browser.sign_in("wang")


def stand(cast: Cast, query: str = "") -> dict[str, list[str]]:
    """The titles that Wang finds in each quadrant."""
    found = fields(QuadrantFilter.parse_text(query), cast.wang)
    return {field.quadrant.value: [task.title for task in field.tasks] for field in found}


def links(page: Page) -> list[str]:
    return [values["href"] for tag, values in page.tags if tag == "a" and "href" in values]


def drawn(page: Page) -> list[str]:
    return [values["hx-target"] for tag, values in page.tags if tag == "hx-partial"]


def test_each_task_stands_in_its_quadrant_what_presses_most_first(
    cast: Cast, wang: Browser
) -> None:
    assert stand(cast) == {"both": ["甲"], "important": ["乙"], "urgent": ["丙"], "neither": ["丁"]}
    page = wang.get("/tasks/quadrants")
    heads = ("Urgent and important 1", "Important, not urgent 1", "Urgent, not important 1")
    places = [page.text.index(head) for head in heads]
    assert places == sorted(places)


def test_in_a_quadrant_the_first_due_is_first_and_what_has_no_day_last(
    cast: Cast, tasks: dict[str, Task]
) -> None:
    for title, day in (("三", None), ("二", date(2026, 7, 2)), ("一", date(2026, 6, 1))):
        Task.add(Task(title=title, due_on=day, assignee=cast.wang), by=cast.wang)
    db.session.commit()
    assert stand(cast)["neither"] == ["一", "二", "丁", "三"]


@pytest.mark.parametrize(
    ("query", "left"),
    [("q=甲", ["甲"]), ("customer=99", []), ("state=done", ["丙"]), ("quadrant=both&by=due", None)],
)
def test_the_quadrants_are_narrowed_as_the_list_is(
    cast: Cast, tasks: dict[str, Task], query: str, left: list[str] | None
) -> None:
    tasks["丙"].complete(by=cast.wang)
    db.session.commit()
    found = [title for titles in stand(cast, query).values() for title in titles]
    assert found == (["甲", "乙", "丁"] if left is None else left)


def test_more_than_are_shown_are_counted_and_found_in_the_list(
    cast: Cast, wang: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quadrants, "TASKS_PER_QUADRANT", 1)
    Task.add(Task(title="戊", urgent=True, important=True, assignee=cast.wang), by=cast.wang)
    db.session.commit()
    page = wang.get("/tasks/quadrants?everyone=1")
    assert "Urgent and important 2" in page.text
    listed = next(link for link in links(page) if "quadrant=both" in link)
    assert listed.startswith("/tasks?everyone=1&quadrant=both")
    assert {"甲", "戊"} <= set(wang.get(listed).text.split())


@pytest.mark.parametrize("htmx", [False, "form#x"])
def test_a_task_is_brought_into_another_quadrant_and_back(
    cast: Cast, wang: Browser, tasks: dict[str, Task], htmx: str | bool
) -> None:
    task, path = tasks["甲"], f"/tasks/{tasks['甲'].id}/priority"
    form = wang.get(path, htmx=htmx)
    page = wang.submit(form, path, 200 if htmx else 303, htmx=htmx, quadrant="important")
    assert (task.urgent, task.important) == (False, True)
    if htmx:
        assert drawn(page) == ["#quadrant_both", "#quadrant_important", "#dialogs", "#toasts"]
        assert "Important, not urgent 2" in page.text
    else:
        page = wang.follow()
    wang.submit(page, path, 200 if htmx else 303, htmx=htmx)
    assert Quadrant.of(task) is Quadrant.BOTH
    changed = select(Event).where(Event.action == Action.TASK_CHANGED).order_by(Event.id)
    assert [event.particulars["changes"] for event in db.session.scalars(changed)] == [
        {"urgent": ["True", "False"]}, {"urgent": ["False", "True"]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"quadrant": "urgent", "from_quadrant": "neither"}, 409, "by somebody else meanwhile"),
        ({"quadrant": "nowhere", "from_quadrant": "both"}, 422, "Choose how pressing it is."),
        ({}, 422, "Choose how pressing it is."),
    ],
)
def test_what_cannot_be_goes_back_where_it_is(
    wang: Browser, tasks: dict[str, Task], sent: dict[str, str], status: int, says: str
) -> None:
    path = f"/tasks/{tasks['甲'].id}/priority"
    page = wang.post(path, sent, status=status, htmx="form#x")
    assert says in page.text
    assert "#quadrant_both" in drawn(page)
    assert says in wang.post(path, sent, status=status).text
    assert Quadrant.of(tasks["甲"]) is Quadrant.BOTH


def test_who_does_not_do_it_does_not_say_how_pressing_it_is(
    cast: Cast, browser: Browser, tasks: dict[str, Task]
) -> None:
    path = f"/tasks/{tasks['甲'].id}/priority"
    zhao = browser.sign_in("zhao")
    page = zhao.post(path, {"quadrant": "neither"}, status=403, htmx="form#x")
    assert "not yours to change" in page.text
    zhao.get(path, status=403)
    assert path not in zhao.get("/tasks/quadrants?everyone=1").html


def test_what_is_ticked_off_in_a_quadrant_leaves_it_and_is_counted_no_more(
    wang: Browser, tasks: dict[str, Task]
) -> None:
    path = f"/tasks/{tasks['甲'].id}/completion"
    here = {"HTTP_HX_CURRENT_URL": "http://localhost/tasks/quadrants?everyone=1"}
    page = wang.post(path, {}, htmx="form#x", status=200, environ_overrides=here)
    assert drawn(page) == ["#quadrant_both", "#dialogs", "#toasts"]
    assert "Urgent and important 0" in page.text
    page = wang.post(f"{path}/delete", {}, htmx="form#x", status=200, environ_overrides=here)
    assert "Urgent and important 1" in page.text
    there = {"HTTP_HX_CURRENT_URL": "http://localhost/tasks"}
    page = wang.post(path, {}, htmx="form#x", status=200, environ_overrides=there)
    assert drawn(page)[0] == f"#task_{tasks['甲'].id}_tick", "in a list it stays as it is"


def test_the_quadrants_narrowed_somehow_are_kept_as_a_view(cast: Cast, wang: Browser) -> None:
    path = "/views/task_quadrants"
    page = wang.get(f"{path}/new?query=q%3D%E7%94%B2")
    wang.submit(page, path, name="甲的")
    view = db.session.scalars(select(SavedView)).one()
    assert wang.location == f"/tasks/quadrants?q=%E7%94%B2&view={view.id}"


def test_list_and_quadrants_lead_to_each_other_as_they_are_narrowed(wang: Browser) -> None:
    assert "/tasks/quadrants?state=overdue" in links(wang.get("/tasks?state=overdue&by=due"))
    assert "/tasks?state=overdue" in links(wang.get("/tasks/quadrants?state=overdue"))


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/tasks?state=overdue", "/tasks/quadrants?state=overdue"),
     ("/tasks/quadrants?state=overdue", "/tasks?state=overdue"),
     ("/deals?q=甲", "/deals/board?q=%E7%94%B2"),
     ("/deals/board?q=甲", "/deals?q=%E7%94%B2"),
     ("/deals/forecast?q=甲", "/deals?q=%E7%94%B2")],
)  # fmt: skip
def test_what_narrows_a_list_where_it_stands_narrows_the_ways_that_lead_on_from_it(
    wang: Browser, path: str, leads_to: str
) -> None:
    page = wang.get(path, htmx="div#listing")
    assert "#ways" in drawn(page)
    assert leads_to in links(page)
    assert "#ways" not in drawn(wang.get(path)), "of a page they stand in its head"
