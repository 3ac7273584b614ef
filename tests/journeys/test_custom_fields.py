"""A field of the firm's own: added by an administrator, and there at once wherever it belongs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.journeys.conftest import Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def add_choice(page: Page, *choices: str) -> None:
    """A field with something to choose from, in the settings."""
    page.goto("/settings/fields/customer/new")
    ready(page)
    page.get_by_label("English", exact=True).fill("Medium")
    page.get_by_label("Kind").select_option(label="One choice")
    expect(page.get_by_role("heading", name="To choose from")).to_be_visible()
    expect(page.get_by_label("English", exact=True).first).to_have_value("Medium")
    rows = page.locator("#rows li")
    for place, name in enumerate(choices):
        if rows.count() == place:
            page.get_by_role("button", name="Add an entry").click()
        rows.nth(place).get_by_label("English").fill(name)
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".list")).to_contain_text("Medium")


def test_a_choice_is_added_filled_in_shown_listed_and_filtered(cast: Cast, open_as: Opener) -> None:
    page = open_as("admin")
    add_choice(page, "Water", "Steam", "Oil")

    page.goto("/customers/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("沈阳鼓风机")
    page.get_by_label("Medium").select_option(label="Oil")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("沈阳鼓风机")
    expect(page.locator(".fact", has_text="Medium")).to_contain_text("Oil")

    page.goto("/customers?sort=name")
    page.locator("#columns_menu > summary").click()
    page.get_by_role("checkbox", name="Medium").check()
    expect(page.locator("#listing thead")).to_contain_text("Medium")
    expect(page.get_by_role("row", name="沈阳鼓风机")).to_contain_text("Oil")
    page.keyboard.press("Escape")
    page.locator("#filter_menu > summary").click()
    page.get_by_label("Oil", exact=True).check()
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Remove: Medium: Oil")).to_be_visible()


def test_another_kind_brings_and_takes_away_what_there_is_to_choose(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("admin")
    page.goto("/settings/fields/customer/new")
    ready(page)
    kind, choices = page.get_by_label("Kind"), page.get_by_role("heading", name="To choose from")
    page.get_by_label("English", exact=True).fill("Medium")
    kind.focus()
    kind.select_option(label="Several choices")
    expect(choices).to_be_visible()
    expect(kind).to_be_focused()
    kind.select_option(label="Number")
    expect(choices).to_have_count(0)
    page.get_by_role("button", name="Save").last.click()
    expect(page).to_have_url(re.compile(r"/settings/fields/customer$"))
    expect(page.locator(".list")).to_contain_text("Number")
