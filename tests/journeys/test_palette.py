"""The command palette by keyboard, by finger, and where the network is slow or gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search everything")


def call(page: Page, key: str = "/") -> None:
    """Open the palette, once the page listens."""
    ready(page)
    page.keyboard.press(key)
    expect(palette(page).get_by_role("option").first).to_be_visible()


def option(page: Page, name: str) -> Locator:
    return palette(page).get_by_role("option", name=name)


def test_a_customer_is_opened_by_keyboard_alone(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    call(page)
    expect(option(page, "New deal")).to_be_visible()
    page.keyboard.type("dlxgm")
    chosen = option(page, cast.sigma.name).first
    expect(chosen).to_have_attribute("aria-selected", "true")
    field = palette(page).get_by_role("combobox")
    expect(field).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{cast.sigma.id}")


def test_arrows_go_round_and_escape_gives_the_focus_back(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers")
    place = page.locator("#main a").last
    place.focus()
    call(page, "Control+k")
    options = palette(page).get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(place).to_be_focused()


def test_enter_waits_for_the_answer_to_what_was_typed(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    call(page, "Control+k")
    page.keyboard.type(cast.pumps.code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/deals/{cast.pumps.id}")


def test_a_late_answer_does_not_replace_a_newer_one(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    held: list[Route] = []
    page.route("**/palette?q=%E5%A4%A7%E8%BF%9E", lambda route: held.append(route))
    call(page)
    field = palette(page).get_by_role("combobox")
    with page.expect_request("**/palette?q=%E5%A4%A7%E8%BF%9E"):
        field.fill("大连")
    field.fill("刘洋")
    newer = option(page, "All results for “刘洋”")
    expect(newer).to_be_visible()
    for route in held:
        route.continue_()
    with page.expect_response("**/palette?q=%E5%88%98%E6%B4%8B+"):
        field.fill("刘洋 ")
    expect(newer).to_be_visible()
    expect(option(page, cast.sigma.name).first).to_contain_text("刘洋")


def test_another_tab_opens_with_control_and_enter(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    call(page)
    page.keyboard.type("磁力泵")
    expect(option(page, cast.pumps.name)).to_have_attribute("aria-selected", "true")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    opened.value.wait_for_url(f"**/deals/{cast.pumps.id}")


def test_an_action_is_done_from_where_one_is(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/customers?q=sigma")
    call(page, "Control+k")
    page.keyboard.type("dark")
    expect(option(page, "Dark colours")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/customers?q=sigma")


def test_nothing_found_and_no_answer_are_said(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    call(page)
    page.keyboard.type("zzzz")
    expect(palette(page)).to_contain_text("Nothing matches “zzzz”")
    page.route("**/palette?*", lambda route: route.fulfill(status=409, body="no"))
    page.keyboard.type("y")
    expect(palette(page).get_by_role("alert")).to_contain_text("did not answer")
    expect(palette(page).get_by_role("combobox")).to_have_value("zzzzy")
    page.unroute("**/palette?*")
    page.keyboard.press("Backspace")
    expect(palette(page)).to_contain_text("Nothing matches “zzzz”")
    expect(palette(page).get_by_role("alert")).to_be_hidden()


def test_what_is_typed_into_the_top_bar_goes_on_in_the_palette(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    ready(page)
    page.locator("#topbar_q").focus()
    page.keyboard.type("sigma")
    expect(palette(page).get_by_role("combobox")).to_have_value("sigma")


def test_a_phone_finds_a_contact_on_the_whole_screen(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    ready(page)
    page.locator("#topbar_q").tap()
    box = palette(page).bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    page.keyboard.type("ly")
    expect(palette(page).locator("[data-q=ly]")).to_be_attached()  # what a finger hits stays
    found = option(page, "刘洋")
    assert (found.bounding_box() or {"height": 0})["height"] >= 44
    found.tap()
    page.wait_for_url("**/contacts/*")


def test_without_javascript_the_field_is_a_search_form(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.locator("#topbar_q").fill("dlxgm")
    page.locator("#topbar_q").press("Enter")
    page.wait_for_url("**/search?q=dlxgm")
    page.get_by_role("link", name=cast.sigma.name).first.click()
    page.wait_for_url(f"**/customers/{cast.sigma.id}")
