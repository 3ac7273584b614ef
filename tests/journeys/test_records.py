"""A record's page: facts edited where they stand, the timeline narrowed, dialogs that ask."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def fact(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.locator(f'.fact:has([data-field="{name}"])')


def test_a_fact_is_edited_by_keyboard_alone(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    pencil = page.get_by_role("link", name="Edit: Address")
    pencil.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Address")
    expect(field).to_be_focused()
    page.keyboard.type("大连市高新园区")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(pencil).to_be_focused()
    expect(fact(page, "address")).not_to_contain_text("大连市高新园区")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("大连市中山区")
    page.keyboard.press("Enter")
    expect(fact(page, "address")).to_contain_text("大连市中山区")
    expect(pencil).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator(".timeline").first).to_contain_text("大连市中山区")


def test_a_value_that_cannot_be_used_stays_with_the_reason(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}")
    fact(page, "amount").click()
    amount = page.get_by_role("textbox", name="Amount")
    amount.fill("a lot")
    amount.press("Enter")
    expect(page.locator(".inline-form .error")).to_be_visible()
    expect(amount).to_have_value("a lot")
    amount.fill("200000")
    amount.press("Enter")
    expect(page.locator(".record-head .figures")).to_contain_text("CN¥200,000")
    expect(page.locator(".inline-form")).to_have_count(0)


def test_going_on_to_another_fact_saves_the_one_that_was_changed(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    fact(page, "address").click()
    page.get_by_role("textbox", name="Address").fill("大连")
    page.get_by_role("link", name="Edit: Phone").click()
    phone = page.get_by_role("textbox", name="Phone")
    expect(phone).to_be_focused()
    expect(fact(page, "address")).to_contain_text("大连")
    # What was not changed is given up without a word.
    fact(page, "employees").click()
    expect(page.get_by_label("Employees")).to_be_focused()
    expect(phone).to_have_count(0)


def test_two_people_at_one_field_both_see_it(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}")
    fact(page, "product").click()
    product = page.get_by_role("textbox", name="Product")
    product.fill("我的")
    look_again()
    token = reading_only.set(False)
    cast.pumps.product = "别人的"
    db.session.commit()
    reading_only.reset(token)
    product.press("Enter")
    expect(page.locator(".facts-card [role=alert]")).to_contain_text("别人的")
    expect(product).to_have_value("我的")
    product.press("Enter")
    expect(fact(page, "product")).to_contain_text("我的")


def test_a_record_is_renamed_in_its_head(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}")
    page.get_by_role("link", name="Edit: Name").click(force=True)
    page.get_by_role("textbox", name="Name").fill("西格玛磁力泵 24 台")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("西格玛磁力泵 24 台")


def test_the_timeline_is_narrowed_and_the_address_says_so(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    card = page.locator(f"#customer_{cast.sigma.id}_timeline")
    expect(card).to_contain_text("Contact added")
    card.get_by_role("link", name="Deals").click()
    expect(card).not_to_contain_text("Contact added")
    expect(card).to_contain_text("Deal opened")
    expect(page).to_have_url(re.compile(r"\?show=deals#timeline$"))
    page.reload()
    expect(card).not_to_contain_text("Contact added")


def test_deleting_asks_first_and_gives_the_focus_back(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    more = page.locator(".record-verbs summary")
    more.click()
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can be restored from there")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/customers")
    expect(page.locator("#toasts")).to_contain_text("is in the trash")


def test_without_javascript_the_question_stands_on_the_page(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto(f"/customers/{cast.sigma.id}")
    dialog = page.locator("#trash_customer")
    expect(dialog).to_be_hidden()
    page.goto(f"/customers/{cast.sigma.id}#trash_customer")
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Edit: Address").click()
    page.get_by_role("textbox", name="Address").fill("大连")
    page.get_by_role("button", name="Save").click()
    expect(fact(page, "address")).to_contain_text("大连")


def test_on_a_phone_the_parts_are_tabs_and_the_verbs_stay_in_reach(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang", device=PHONE)
    page.goto(f"/deals/{cast.pumps.id}")
    won = page.get_by_role("link", name="Won", exact=True)
    timeline = page.locator("#timeline")
    expect(won).to_be_in_viewport()
    expect(timeline).to_be_hidden()
    page.get_by_role("navigation", name="Parts of this page").get_by_role(
        "link", name="Timeline"
    ).tap()
    expect(timeline).to_be_visible()
    expect(page.locator("#facts")).to_be_hidden()
    expect(won).to_be_in_viewport()
    timeline.get_by_role("link", name="Deals").tap()
    expect(page).to_have_url(re.compile(r"#timeline$"))
    expect(timeline).to_be_visible()
    page.reload()
    expect(timeline).to_be_visible()
    page.get_by_role("link", name="Facts").tap()
    fact(page, "product").tap()
    page.get_by_role("textbox", name="Product").fill("泵")
    page.get_by_role("button", name="Save").tap()
    expect(fact(page, "product")).to_contain_text("泵")


def test_a_stage_is_pressed_to_go_there(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}")
    stage = cast.stages[0].label("en")
    page.locator(".path").get_by_role("button", name=stage).click()
    expect(page.locator(".path [aria-current=step]")).to_contain_text(stage)


def test_what_an_extension_left_in_a_field_is_not_carried_over(cast: Cast, open_as: Opener) -> None:
    """An empty style that something wrote: htmx would give it to the next form, the CSP objects."""
    page = open_as("wang")
    page.goto(f"/customers/{cast.sigma.id}")
    page.evaluate("""for (const each of document.querySelectorAll("main *")) {
        each.style.caretColor = "red";
        each.style.caretColor = "";
    }""")
    page.get_by_role("textbox", name="What happened").fill("谈了价格")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator(".timeline").first).to_contain_text("谈了价格")
    expect(page.get_by_role("textbox", name="What happened")).to_have_value("")
