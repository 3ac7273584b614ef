"""What stands around every page: the side bar, menus, where the focus is, and being offline."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready, serving, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def settled(page: Page, path: str) -> None:
    page.goto(path)
    ready(page)


def test_a_narrow_side_bar_stays_narrow(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    toggle = page.get_by_role("button", name="Side bar")
    expect(toggle).to_have_attribute("aria-expanded", "true")
    wide = page.locator(".rail").bounding_box()
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    page.goto("/customers")
    narrow = page.locator(".rail").bounding_box()
    assert wide
    assert narrow
    assert narrow["width"] < wide["width"] / 2
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")


def test_a_menu_is_gone_through_by_keys(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    ready(page)
    menu = page.locator(".quick-add")
    items = menu.get_by_role("link")
    menu.locator("summary").focus()
    page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    page.keyboard.press("End")
    expect(items.last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.last).to_be_focused()
    page.keyboard.press("Home")
    expect(items.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(items.first).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(items.first).to_be_visible()
    other = page.locator(".topbar .menu").last
    other.locator("summary").focus()
    expect(items.first).to_be_hidden()
    page.keyboard.press("Enter")
    expect(other.get_by_role("link").first).to_be_visible()
    page.locator("h1").click()
    expect(other.get_by_role("link").first).to_be_hidden()


def test_a_question_is_opened_from_a_menu_and_gives_the_focus_back(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    settled(page, f"/customers/{cast.sigma.id}")
    summary = page.locator(".page-actions .menu summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_focus_goes_to_what_takes_the_place_of_what_had_it(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    settled(page, "/customers")
    region = "document.activeElement.closest('main') !== null"
    page.locator("th a").first.focus()
    with page.expect_response("**/customers?*"):
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(region)
    settled(page, f"/customers/{cast.sigma.id}")
    fact = page.locator("[data-field=phone]")
    fact.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".inline-form input[name=phone]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-field=phone]")).to_be_focused()


def test_a_message_stands_before_an_open_dialog_and_can_be_closed(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    settled(page, "/")
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette).to_be_visible()
    page.evaluate(
        """() => {
          const toast = document.createElement("div");
          toast.className = "toast toast-error";
          toast.dataset.behaviour = "toast";
          toast.innerHTML = "<p>It went wrong</p><button data-dismiss>Close it</button>";
          document.getElementById("toasts").append(toast);
          const swapped = { bubbles: true, detail: { ctx: {} } };
          toast.dispatchEvent(new CustomEvent("htmx:after:swap", swapped));
        }"""
    )
    message = palette.get_by_role("alert").filter(has_text="It went wrong")
    expect(message).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("It went wrong")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("It went wrong", exact=True)).to_have_count(0)


def test_a_lost_connection_is_said_before_a_dialog_too(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    settled(page, "/")
    notice = page.get_by_text("No connection. What you typed is still here")
    expect(notice).to_be_hidden()
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette.get_by_role("option").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(notice).to_be_visible()
    # The browser draws what was put into its top layer last over the rest.
    assert page.evaluate("document.querySelector('.offline').matches(':popover-open')")
    expect(palette).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(notice).to_be_hidden()


def test_without_a_server_a_page_says_so_and_no_data_is_kept(
    cast: Cast, app: Flask, chromium: Browser
) -> None:
    with serving(app) as address:
        context = chromium.new_context(base_url=address, locale="en-US")
        page = context.new_page()
        sign_in(page, "wang")
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        settled(page, f"/customers/{cast.sigma.id}")
        settled(page, "/customers")
        kept = page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys())
                for (const { url } of await (await caches.open(name)).keys()) found.push(url);
              return found;
            }"""
        )
    assert f"{address}/offline" in kept
    allowed = (f"{address}/static/", f"{address}/offline")
    assert [url for url in kept if not url.startswith(allowed)] == []
    page.goto(f"/customers/{cast.sigma.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    expect(page.locator("body")).not_to_contain_text(cast.sigma.name)
    context.close()


# What lies under the button for something new at the end of the page.
COVERED = """() => {
  const button = document.querySelector('.quick-add').getBoundingClientRect();
  return [...document.querySelectorAll('main :is(a, button, p, dd, h2, time)')].filter((each) => {
    const box = each.getBoundingClientRect();
    return !each.closest('dialog, .menu, .record-verbs, .board') && box.width
      && box.right > button.left && box.left < button.right
      && box.bottom > button.top && box.top < button.bottom;
  }).map((each) => each.textContent);
}"""


def test_on_a_phone_something_new_is_in_reach_over_nothing(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    for path in (
        "/", "/customers", "/contacts", "/deals", "/deals/board", "/tasks", "/expenses",
        f"/customers/{cast.sigma.id}", f"/deals/{cast.pumps.id}",
    ):  # fmt: skip
        settled(page, path)
        expect(page.locator(".quick-add > summary")).to_be_in_viewport(ratio=1)
        if page.locator(".listing").count():  # it stands in the bar: no row is under it anywhere
            assert page.evaluate(COVERED) == [], path
            continue
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        assert page.evaluate(COVERED) == [], path
    settled(page, "/deals/new")
    expect(page.locator(".quick-add > summary")).to_be_hidden()


def test_what_is_new_fits_the_place(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    new = page.locator(".quick-add").get_by_role("link")
    for path, first, asked in (
        ("/deals", "New deal", None),
        ("/tasks", "New task", None),
        (f"/customers/{cast.sigma.id}", "New deal", f"customer={cast.sigma.id}"),
        (f"/deals/{cast.pumps.id}", "New task", f"deal={cast.pumps.id}"),
    ):
        settled(page, path)
        page.locator(".quick-add > summary").click()
        expect(new.first).to_have_text(first)
        assert (asked or "") in str(new.first.get_attribute("href"))
        new.first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(first)
