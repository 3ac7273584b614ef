"""A pipeline is arranged and a stage retired by the keyboard alone, and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm.models import Pipeline
from tests.cast import Cast
from tests.journeys.conftest import Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def press(page: Page, name: str, *, nth: int = 0) -> None:
    """Reach a button by its name, and press Enter on it."""
    button = page.get_by_role("main").get_by_role("button", name=name, exact=True).nth(nth)
    button.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stage_is_moved_and_another_retired_by_keyboard(
    cast: Cast, open_as: Opener, scripts: bool
) -> None:
    page = open_as("admin", javascript=scripts)
    page.goto(f"/settings/pipelines/{Pipeline.main().id}")
    if scripts:
        ready(page)
    press(page, "Down")
    names = page.locator("#rows li").get_by_label("English")
    expect(names.first).to_have_value("Needs confirmed")
    press(page, "Save")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    press(page, "Save, and retire this stage", nth=1)
    expect(page.get_by_role("main")).to_contain_text("2 open deals")
    page.get_by_label("Its deals go to").select_option(label="Proposal")
    press(page, "Retire")
    expect(page.get_by_role("main")).to_contain_text("Retired stages")
    expect(page.get_by_role("main")).to_contain_text("Went into Proposal")


def test_only_what_was_pressed_is_busy_and_a_new_row_is_written_in(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("admin")
    page.goto(f"/settings/pipelines/{Pipeline.main().id}")
    ready(page)
    form, held = page.locator("#rows"), []
    page.route("**/settings/pipelines/*", lambda route: held.append(route))
    press(page, "Add a stage")
    expect(form).to_have_attribute("aria-busy", "true")
    transparent = "rgba(0, 0, 0, 0)"
    expect(form.get_by_role("button", name="Add a stage")).to_have_css("color", transparent)
    for name in ("Save", "Down"):
        button = form.locator(".button").and_(form.get_by_role("button", name=name)).first
        expect(button).not_to_have_css("color", transparent)
    (route,) = held
    route.continue_()
    expect(form.locator("li").last.get_by_label("中文")).to_be_focused()
