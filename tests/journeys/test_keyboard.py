"""The main job with no mouse at all: from a new customer to an approved claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.extensions import db
from crm.models import ClaimState, Deal, ExpenseClaim
from tests.cast import PASSWORD, Cast
from tests.journeys.conftest import Opener, look_again, ready
from tests.journeys.test_approval import photo  # noqa: F401  a fixture

pytestmark = pytest.mark.journey

FARTHEST = 80


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the focus is there."""
    expect(goal).to_be_visible()
    for _press in range(FARTHEST):
        page.keyboard.press("Tab")
        if goal.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not come to {goal}")


def press(page: Page, goal: Locator) -> None:
    tab_to(page, goal)
    page.keyboard.press("Enter")


def go_to(page: Page, name: str) -> None:
    """To a page by the palette."""
    ready(page)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(name)
    found = palette.get_by_role("option", name=name, exact=True)
    expect(found).to_have_attribute("aria-selected", "true")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    ready(page)


def pick(page: Page, field: Locator, typed: str, name: str) -> None:
    """Fill in a picker by what is typed."""
    tab_to(page, field)
    page.keyboard.type(typed)
    offered = page.locator(f"#{field.get_attribute('id')}_options").get_by_role("option")
    expect(offered.first).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(field).to_have_value(name)


def sign_in_by_keyboard(page: Page, username: str) -> None:
    page.goto("/sign-in")
    expect(page.get_by_label("User name or e-mail")).to_be_focused()
    page.keyboard.type(username)
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def test_from_a_new_customer_to_an_approved_claim(
    cast: Cast,
    open_as: Opener,
    photo: Path,  # noqa: F811
) -> None:
    page = open_as()
    # Asked for before the key is pressed: the browser would open a window of its own.
    page.on("filechooser", lambda chooser: chooser.set_files(photo))
    sign_in_by_keyboard(page, "wang")

    go_to(page, "New customer")
    page.keyboard.type("沈阳水泵厂")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/\d+$"))

    go_to(page, "New deal")
    page.keyboard.type("水泵密封 40 套")
    pick(page, page.get_by_role("combobox", name="Customer"), "sysbc", "沈阳水泵厂")
    tab_to(page, page.get_by_label("Amount"))
    page.keyboard.type("8万")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/deals/\d+$"))
    path = page.url

    go_to(page, "Board")
    deal = page.locator(".deal-card", has_text="水泵密封 40 套")
    tab_to(page, page.locator(".deal-card[tabindex='0']"))
    while not deal.evaluate("(card) => card === document.activeElement"):
        here = page.locator(".deal-card:focus").inner_text()
        page.keyboard.press("ArrowDown")
        assert page.locator(".deal-card:focus").inner_text() != here
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#toasts")).to_contain_text(f"is now in {cast.stages[1].label_en}")
    expect(deal).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(path)

    press(page, page.locator("main").get_by_role("link", name="Won", exact=True))
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Amount")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(path)
    expect(page.locator("#toasts")).to_contain_text("Won! 水泵密封 40 套")

    go_to(page, "New expense claim")
    page.keyboard.type("沈阳出差")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/expenses/\d+"))
    ready(page)
    receipts = page.get_by_label("Receipts")
    tab_to(page, receipts)
    page.keyboard.press("Enter")
    expect(receipts).to_have_value(re.compile(photo.name))
    tab_to(page, page.get_by_label("Amount"))
    page.keyboard.type("380.50")
    tab_to(page, page.get_by_label("Category"))
    page.keyboard.type("Travel")
    tab_to(page, page.get_by_label("Purpose"))
    page.keyboard.type("拜访采购部")
    page.keyboard.press("Enter")
    expect(page.locator(".receipt img")).to_have_count(1)
    press(page, page.get_by_role("button", name="Hand in"))
    expect(page.locator("main")).to_contain_text("Waiting for approval")

    manager = open_as()
    sign_in_by_keyboard(manager, "li")
    go_to(manager, "Approvals")
    press(manager, manager.get_by_role("button", name="Approve"))
    expect(manager.locator("#toasts")).to_contain_text(": approved.")

    look_again()
    won = db.session.scalars(db.select(Deal).where(Deal.name == "水泵密封 40 套")).one()
    assert won.outcome.is_won
    assert won.stage == cast.stages[1]
    (claim,) = db.session.scalars(db.select(ExpenseClaim))
    assert claim.state is ClaimState.APPROVED
