"""What stands in the calendar goes to another day by every hand."""

from __future__ import annotations

from datetime import date, time

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.extensions import db, reading_only
from crm.models import Deal, Task
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready
from tests.journeys.test_board import drag

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def call(cast: Cast) -> Task:
    """A task for Wednesday, June 17th, which is today; and a deal that is expected on the 24th."""
    token = reading_only.set(False)
    wang = cast.wang
    task = Task(title="回电话", assignee=wang, due_on=date(2026, 6, 17), due_time=time(9, 30))
    Task.add(task, by=wang)
    cast.pumps.expect_close_on(date(2026, 6, 24), by=wang)
    db.session.commit()
    reading_only.reset(token)
    return task


def open_calendar(page: Page, query: str = "") -> None:
    page.goto(f"/calendar{query}")
    ready(page)


def entry(page: Page, record: Task | Deal) -> Locator:
    return page.locator(f"#{record.__tablename__}_{record.id}_card")


def on(page: Page, day: str) -> Locator:
    """The list of a day's entries."""
    return page.locator(f"#day_{day} .entries")


def stands_on(page: Page, day: str, record: Task | Deal) -> None:
    """The entry stands on that day and no other, and so does the record."""
    expect(on(page, day).locator(f"#{record.__tablename__}_{record.id}_card")).to_be_visible()
    expect(entry(page, record)).to_have_count(1)
    look_again()
    found = db.session.get_one(type(record), record.id)
    assert str(found.due_on if isinstance(found, Task) else found.expected_close) == day


def test_a_task_is_dragged_to_another_day_and_back(call: Task, open_as: Opener) -> None:
    page = open_as("wang")
    open_calendar(page)
    drag(page, entry(page, call), on(page, "2026-06-19"))
    expect(page.locator("#toasts")).to_contain_text("is due on Jun 19, 2026")
    stands_on(page, "2026-06-19", call)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("is due on Jun 17, 2026")
    stands_on(page, "2026-06-17", call)


def test_a_task_is_ticked_off_where_it_stands_and_taken_back(call: Task, open_as: Opener) -> None:
    page = open_as("wang")
    open_calendar(page)
    entry(page, call).focus()
    page.keyboard.press(" ")
    expect(entry(page, call)).to_contain_class("is-done")
    page.get_by_role("button", name="Undo").click()
    expect(entry(page, call)).not_to_contain_class("is-done")


def test_a_deal_is_dragged_to_a_day_to_come_and_not_to_one_that_is_past(
    cast: Cast, call: Task, open_as: Opener
) -> None:
    page = open_as("wang")
    open_calendar(page)
    drag(page, entry(page, cast.pumps), on(page, "2026-06-09"))
    expect(page.locator("#toasts")).to_contain_text("A day that is past cannot be expected")
    stands_on(page, "2026-06-24", cast.pumps)
    drag(page, entry(page, cast.pumps), on(page, "2026-06-30"))
    expect(page.locator("#toasts")).to_contain_text("is expected on Jun 30, 2026")
    stands_on(page, "2026-06-30", cast.pumps)


def test_a_day_that_is_past_is_asked_about(call: Task, open_as: Opener) -> None:
    page = open_as("wang")
    open_calendar(page)
    drag(page, entry(page, call), on(page, "2026-06-10"))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Jun 10, 2026 is past")
    stands_on(page, "2026-06-17", call)
    dialog.get_by_role("button", name="Save all the same").click()
    expect(dialog).to_have_count(0)
    stands_on(page, "2026-06-10", call)


def test_keys_carry_an_entry_by_days_and_weeks_and_ask_for_any_day(
    cast: Cast, call: Task, open_as: Opener
) -> None:
    page = open_as("wang")
    open_calendar(page)
    entry(page, call).focus()
    page.keyboard.press("ArrowRight")
    expect(entry(page, cast.pumps)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Alt+ArrowRight")
    stands_on(page, "2026-06-18", call)
    expect(entry(page, call)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    stands_on(page, "2026-06-25", call)
    expect(entry(page, call)).to_be_focused()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Day").fill("2026-07-02")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_have_count(0)
    stands_on(page, "2026-07-02", call)


def test_months_weeks_and_days_are_turned_where_they_stand(call: Task, open_as: Opener) -> None:
    page = open_as("wang")
    open_calendar(page)
    page.get_by_role("link", name="Later: July 2026").click()
    expect(page.locator("h2")).to_have_text("July 2026")
    assert page.url.endswith("/calendar?day=2026-07-01")
    page.get_by_role("link", name="Today", exact=True).last.click()
    expect(page.locator("h2")).to_have_text("June 2026")
    page.get_by_role("link", name="Week", exact=True).click()
    expect(page.locator("h2")).to_contain_text("Jun 15 – 21, 2026")
    expect(entry(page, call)).to_contain_text("9:30")
    page.get_by_role("link", name="Wed, Jun 17").click()
    expect(page.locator("h2")).to_have_text("Wednesday, June 17, 2026")
    expect(entry(page, call)).to_be_visible()


def test_on_a_phone_it_is_a_list_of_days_and_the_arrow_moves(
    cast: Cast, call: Task, open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE)
    open_calendar(page)
    expect(page.get_by_role("link", name="Wed, Jun 17")).to_be_visible()
    expect(page.locator("#day_2026-06-18")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    entry(page, call).locator(".move").tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Tomorrow").tap()
    dialog.get_by_role("button", name="Move").tap()
    expect(dialog).to_have_count(0)
    stands_on(page, "2026-06-18", call)


def test_without_javascript_the_arrow_leads_to_a_form_and_back(call: Task, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto("/calendar?day=2026-06-01")
    entry(page, call).hover()
    entry(page, call).locator(".move").click()
    page.get_by_label("Day").fill("2026-06-26")
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#toasts")).to_contain_text("is due on Jun 26, 2026")
    assert page.url.endswith("/calendar?day=2026-06-01")
    stands_on(page, "2026-06-26", call)


def test_the_plus_of_a_day_leads_to_a_task_on_it_and_back(
    cast: Cast, call: Task, open_as: Opener
) -> None:
    page = open_as("wang")
    open_calendar(page)
    page.locator("#day_2026-06-22").hover()
    page.get_by_role("link", name="New task on Jun 22, 2026").click()
    page.get_by_label("What needs to be done").fill("寄样品")
    page.get_by_role("button", name="Save").click()
    expect(on(page, "2026-06-22")).to_contain_text("寄样品")


def test_the_address_for_a_phone_is_copied(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/my-settings/calendar")
    page.get_by_role("button", name="Make the address").click()
    ready(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
