"""A stage asks for fields and a list first: by mouse, by key, by finger, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from crm.models import ChecklistItem, Deal
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready
from tests.journeys.test_board import card, column, drag, in_column, open_board

pytestmark = [pytest.mark.journey, pytest.mark.looks]

NEXT = "Call about the drawings"


@pytest.fixture(autouse=True)
def rules(cast: Cast) -> None:
    """Before it leaves the second stage a deal has a next step, and two things are done."""
    token = reading_only.set(False)
    cast.stages[1].required_to_leave = ["next_step"]
    cast.stages[1].checklist = [
        ChecklistItem(position=at, label_zh=zh, label_en=en)
        for at, (zh, en) in enumerate([("图纸已确认", "Drawings approved"), ("已拜访", "Visited")])
    ]
    db.session.commit()
    reading_only.reset(token)


def went_on(cast: Cast) -> None:
    """The pumps are in the third stage, with everything that was asked for."""
    look_again()
    pumps = db.session.get_one(Deal, cast.pumps.id)
    assert pumps.stage_id == cast.stages[2].id
    assert (pumps.next_step, len(pumps.ticks)) == (NEXT, 2)


def test_with_the_mouse(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    drag(page, card(page, cast.pumps), column(page, cast, 2))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("To be done before it leaves “Needs confirmed”")
    in_column(page, cast, 1, cast.pumps)
    dialog.get_by_label("Next step").fill(NEXT)
    dialog.get_by_label("Drawings approved").check()
    dialog.get_by_role("button", name="Save and move").click()
    # One thing is left: it is asked again, with what was typed and ticked.
    expect(dialog.get_by_label("Next step")).to_be_focused()
    expect(dialog.get_by_label("Visited")).not_to_be_checked()
    expect(dialog.get_by_label("Drawings approved")).to_be_checked()
    expect(dialog.get_by_label("Next step")).to_have_value(NEXT)
    dialog.get_by_label("Visited").check()
    dialog.get_by_role("button", name="Save and move").click()
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    in_column(page, cast, 2, cast.pumps)
    went_on(cast)


def test_with_the_keyboard(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    open_board(page)
    card(page, cast.pumps).focus()
    page.keyboard.press("Alt+ArrowRight")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Next step")).to_be_focused()
    page.keyboard.type(NEXT)
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Drawings approved")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    expect(dialog).to_have_count(0)
    went_on(cast)


def answer(page: Page) -> None:
    page.get_by_label("Next step").last.fill(NEXT)
    for label in ("Drawings approved", "Visited"):
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Save and move").click()


def test_without_javascript(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto(f"/deals/{cast.pumps.id}")
    page.locator(".path").get_by_role("button", name="Proposal").click()
    expect(page.locator("main")).to_contain_text("To be done before it leaves")
    answer(page)
    went_on(cast)


def test_on_a_phone_the_list_is_ticked_where_it_stands(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    page.goto(f"/deals/{cast.pumps.id}")
    ready(page)
    for label in ("Drawings approved", "Visited"):
        page.get_by_role("button", name=f"Mark as done: {label}").tap()
        expect(page.get_by_role("button", name=f"Not done: {label}")).to_be_visible()
    page.locator(".path").get_by_role("button", name="Proposal").tap()
    expect(page.get_by_label("Drawings approved")).to_have_count(0)
    page.get_by_label("Next step").last.fill(NEXT)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("button", name="Save and move").tap()
    expect(page.locator("#toasts")).to_contain_text("is now in Proposal")
    went_on(cast)


def test_a_manager_gives_a_locked_deal_away_and_says_why(cast: Cast, open_as: Opener) -> None:
    token = reading_only.set(False)
    cast.stages[1].locks_owner = True
    db.session.commit()
    reading_only.reset(token)
    page = open_as("li")
    page.goto(f"/deals/{cast.pumps.id}")
    ready(page)
    page.locator(".record-head .menu summary").click()
    page.get_by_role("link", name="Give to…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("In “Needs confirmed” a deal stays with its owner.")
    dialog.get_by_label("Owner").fill("赵磊")
    page.get_by_role("option", name="赵磊").first.click()
    dialog.get_by_role("button", name="Give").click()
    expect(dialog).to_contain_text("write why it changes hands")
    dialog.get_by_label("Why it changes hands").fill("Wang is on leave")
    dialog.get_by_role("button", name="Give").click()
    expect(page.locator("#toasts")).to_contain_text("赵磊's now")
    look_again()
    assert db.session.get_one(Deal, cast.pumps.id).owner_id == cast.zhao.id
