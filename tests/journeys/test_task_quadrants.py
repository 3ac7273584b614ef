"""Tasks are brought into another quadrant by every hand, and given away with a word."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.extensions import db, reading_only
from crm.filters.tasks.priority import Quadrant
from crm.models import Task
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready
from tests.journeys.test_board import drag

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Wang's: one that is urgent and important, and one that is neither."""
    token = reading_only.set(False)
    made = [
        Task.add(Task(title=title, urgent=presses, important=presses, assignee=cast.wang,
                      customer=cast.sigma), by=cast.wang)
        for title, presses in (("完成方案", True), ("整理样本", False))
    ]  # fmt: skip
    db.session.commit()
    reading_only.reset(token)
    return made


def open_quadrants(page: Page) -> None:
    page.goto("/tasks/quadrants")
    ready(page)


def card(page: Page, task: Task) -> Locator:
    return page.locator(f"#task_{task.id}_card")


def stands_in(page: Page, quadrant: Quadrant, task: Task) -> None:
    """The card stands in the quadrant, and nowhere else; so does the task."""
    place = page.locator(f"#quadrant_{quadrant.value}")
    expect(place.locator(f"#task_{task.id}_card")).to_be_visible()
    expect(card(page, task)).to_have_count(1)
    look_again()
    assert Quadrant.of(db.session.get_one(Task, task.id)) is quadrant


def test_a_task_is_dragged_into_another_quadrant_and_back(
    tasks: list[Task], open_as: Opener
) -> None:
    page, (both, _neither) = open_as("wang"), tasks
    open_quadrants(page)
    drag(page, card(page, both), page.locator("#quadrant_important .cards"))
    expect(page.locator("#toasts")).to_contain_text("Important, not urgent")
    stands_in(page, Quadrant.IMPORTANT, both)
    expect(page.locator("#quadrant_both .count")).to_have_text("0")
    expect(page.locator("#quadrant_important .count")).to_have_text("1")
    page.get_by_role("button", name="Undo").click()
    stands_in(page, Quadrant.BOTH, both)
    drag(page, card(page, both), page.locator("#quadrant_urgent .cards"))
    stands_in(page, Quadrant.URGENT, both)


def test_keys_and_the_menu_bring_a_task_into_another_quadrant_and_tick_it_off(
    tasks: list[Task], open_as: Opener
) -> None:
    page, (both, neither) = open_as("wang"), tasks
    open_quadrants(page)
    card(page, both).focus()
    page.keyboard.press("Alt+ArrowRight")
    stands_in(page, Quadrant.IMPORTANT, both)
    expect(card(page, both)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(card(page, neither)).to_be_focused()
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_role("button", name="Urgent and important").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    stands_in(page, Quadrant.BOTH, neither)
    expect(card(page, neither)).to_be_focused()
    page.keyboard.press(" ")
    expect(card(page, neither)).to_have_count(0)
    expect(page.get_by_role("region", name="Urgent and important 0")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    stands_in(page, Quadrant.BOTH, neither)


def test_on_a_phone_the_quadrants_stand_below_each_other(
    tasks: list[Task], open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE)
    open_quadrants(page)
    boxes = [page.locator(f"#quadrant_{each.value}").bounding_box() for each in Quadrant]
    assert all(boxes)
    assert len({box["x"] for box in boxes if box}) == 1
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    card(page, tasks[0]).locator(".move").click()
    page.get_by_role("dialog").get_by_role("button", name="Neither").click()
    stands_in(page, Quadrant.NEITHER, tasks[0])


def test_without_javascript_the_arrow_leads_to_a_form(tasks: list[Task], open_as: Opener) -> None:
    page, (both, _neither) = open_as("wang", javascript=False), tasks
    page.goto("/tasks/quadrants?q=方案")
    card(page, both).locator(".move").click()
    page.get_by_role("button", name="Urgent, not important").click()
    expect(page.locator("#toasts")).to_contain_text("Urgent, not important")
    stands_in(page, Quadrant.URGENT, both)
    assert "q=" in page.url


def test_a_task_is_given_away_with_a_word(cast: Cast, tasks: list[Task], open_as: Opener) -> None:
    page, (both, _neither) = open_as("wang"), tasks
    page.goto(f"/tasks/{both.id}")
    ready(page)
    page.locator(".fact", has_text="Assigned to").get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Assigned to").fill("赵磊")
    dialog.get_by_role("option", name="赵磊").click()
    dialog.get_by_label("What to say to them").fill("客户急着要")
    dialog.get_by_role("button", name="Give").click()
    expect(page.locator("#toasts")).to_contain_text("赵磊's now")
    expect(page.locator(".timeline").first).to_contain_text("客户急着要")
    look_again()
    assert db.session.get_one(Task, both.id).assignee == cast.zhao


def test_what_does_not_apply_to_how_often_is_out_of_sight(cast: Cast, open_as: Opener) -> None:
    for javascript in (True, False):
        page = open_as("wang", javascript=javascript)
        page.goto("/tasks/new")
        asked = {name: page.locator(f".field:has([name={name}])")
                 for name in ("interval", "weekdays", "monthly", "until", "times")}  # fmt: skip
        for chosen, seen in (
            ("", set()),
            ("DAILY", {"interval", "until", "times"}),
            ("WEEKLY", {"interval", "weekdays", "until", "times"}),
            ("MONTHLY", {"interval", "monthly", "until", "times"}),
        ):
            page.locator("[name=every]").select_option(chosen)
            for name, field in asked.items():
                expect(field).to_be_visible(visible=name in seen)
