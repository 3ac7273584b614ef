"""Rows are ticked and changed together, a view is kept, a list is taken home as a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from crm.models import Customer
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready

pytestmark = pytest.mark.journey

NAMES = ("一号厂", "二号厂", "三号厂", "四号厂")


@pytest.fixture(autouse=True)
def _customers(cast: Cast, _only_look: None) -> None:
    token = reading_only.set(False)
    look_again()
    for name in NAMES:
        Customer.register(Customer(name=name, owner=cast.wang), by=cast.wang)
    db.session.commit()
    reading_only.reset(token)


def owners(cast: Cast) -> list[str]:
    look_again()
    return [cast.customer(name).owner.username for name in NAMES]  # type: ignore[union-attr]


def tick(page: Page, name: str, **how: object) -> None:
    page.get_by_role("checkbox", name=f"Select {name}").click(**how)  # type: ignore[arg-type]


def test_a_range_is_ticked_and_given_to_a_colleague(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers?q=号厂&sort=code")
    bar = page.get_by_role("form", name="With the rows that are ticked")
    expect(bar).to_be_hidden()
    tick(page, "一号厂")
    tick(page, "三号厂", modifiers=["Shift"])
    expect(bar).to_contain_text("Selected: 3")
    tick(page, "二号厂")
    expect(bar).to_contain_text("Selected: 2")
    bar.get_by_role("button", name="Change owner").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Owner").press_sequentially("赵磊")
    dialog.get_by_role("option", name="赵磊").click()
    dialog.get_by_role("button", name="Change owner").click()
    expect(page.locator("main, #toasts").get_by_text("2 changed.")).to_be_visible()
    assert owners(cast) == ["zhao", "wang", "zhao", "wang"]


def test_all_are_ticked_at_once_and_none_with_escape(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers?q=号厂")
    page.get_by_role("checkbox", name="Select all on this page").click()
    bar = page.get_by_role("form", name="With the rows that are ticked")
    expect(bar).to_contain_text("Selected: 4")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Select all on this page")).not_to_be_checked()


def test_deleting_asks_first_and_escape_keeps_what_was_ticked(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers?q=号厂")
    tick(page, "四号厂")
    bar = page.get_by_role("form", name="With the rows that are ticked")
    more = bar.get_by_text("More")
    more.click()
    bar.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("restored from there")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(bar).to_contain_text("Selected: 1")
    more.click()
    bar.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("main, #toasts").get_by_text("1 moved to the trash.")).to_be_visible()
    expect(page.get_by_role("link", name="四号厂")).to_have_count(0)


@pytest.mark.parametrize("device", [None, PHONE], ids=["desk", "phone"])
def test_without_javascript_the_same_by_pages(
    cast: Cast, open_as: Opener, device: dict[str, object] | None
) -> None:
    page = open_as("wang", javascript=False, **({"device": device} if device else {}))
    page.goto("/customers?q=号厂")
    tick(page, "一号厂")
    page.get_by_role("button", name="Change owner").click()
    page.get_by_label("Owner").fill("孙健")
    page.get_by_role("main").get_by_role("button", name="Change owner").click()
    expect(page.locator("main, #toasts").get_by_text("1 changed.")).to_be_visible()
    assert owners(cast)[0] == "sun"


def test_on_a_phone_a_finger_hits_the_box_and_not_the_row(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    page.goto("/customers?q=号厂")
    box = page.locator("tbody .pick label").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    page.touchscreen.tap(box["x"] + 4, box["y"] + 4)
    bar = page.get_by_role("form", name="With the rows that are ticked")
    expect(bar).to_contain_text("Selected: 1")
    assert "/customers?q=" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_view_is_kept_changed_and_deleted(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers?q=号厂")
    page.get_by_role("link", name="Save view").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("工厂")
    dialog.get_by_role("button", name="Save").click()
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="工厂")).to_have_attribute("aria-current", "page")
    ready(page)  # what is typed before is not searched for
    page.get_by_role("searchbox", name="Name, code, phone").fill("一号")
    save = page.get_by_role("button", name="Save changes")
    save.click()
    expect(page.locator("main, #toasts").get_by_text("Saved.")).to_be_visible()
    expect(save).to_have_count(0)
    page.get_by_label("The view 工厂").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(views.get_by_role("link", name="工厂")).to_have_count(0)


def test_a_list_is_taken_home_as_a_file(cast: Cast, open_as: Opener) -> None:
    page = open_as("li")
    page.goto("/customers?q=号厂")
    page.get_by_label("Export").click()
    for button, ending in (("Excel (XLSX)", ".xlsx"), ("Text (CSV)", ".csv")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        assert download.value.suggested_filename.startswith("Customers-")
        assert download.value.suggested_filename.endswith(ending)
