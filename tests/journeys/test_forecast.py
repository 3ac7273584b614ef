"""Cards of the forecast are brought into another month by every hand."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from crm.extensions import db, reading_only
from crm.models import Deal
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready
from tests.journeys.test_board import card, drag

pytestmark = [pytest.mark.journey, pytest.mark.looks]

JUNE, JULY = "#slot_2026-06_column", "#slot_2026-07_column"


@pytest.fixture
def pumps(cast: Cast) -> Deal:
    """A deal that is expected in June."""
    token = reading_only.set(False)
    cast.pumps.expect_close_on(date(2026, 6, 20), by=cast.wang)
    cast.vague.expect_close_on(date(2026, 7, 10), by=cast.wang)
    db.session.commit()
    reading_only.reset(token)
    return cast.pumps


def open_forecast(page: Page) -> None:
    page.goto("/deals/forecast")
    ready(page)


def stands_in(page: Page, column: str, deal: Deal, day: date | None) -> None:
    """The card stands in the column, and nowhere else; the deal is expected on the day."""
    expect(page.locator(column).locator(f"#deal_{deal.id}_card")).to_be_visible()
    expect(card(page, deal)).to_have_count(1)
    look_again()
    assert db.session.get_one(Deal, deal.id).expected_close == day


def test_a_card_is_dragged_into_another_month_and_back(pumps: Deal, open_as: Opener) -> None:
    page = open_as("wang")
    open_forecast(page)
    drag(page, card(page, pumps), page.locator(JULY))
    expect(page.locator("#toasts")).to_contain_text("is expected on Jul 31, 2026")
    stands_in(page, JULY, pumps, date(2026, 7, 31))
    expect(page.locator(JULY).locator(".count")).to_have_text("2")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("is expected on Jun 20, 2026")
    stands_in(page, JUNE, pumps, date(2026, 6, 20))


def test_what_is_past_refuses_the_card_and_says_why(pumps: Deal, open_as: Opener) -> None:
    page = open_as("wang")
    open_forecast(page)
    drag(page, card(page, pumps), page.locator("#slot_overdue_column"))
    expect(page.locator("#toasts")).to_contain_text("A day that is past cannot be expected")
    stands_in(page, JUNE, pumps, date(2026, 6, 20))


def test_a_stale_drag_puts_the_card_where_it_is(pumps: Deal, open_as: Opener) -> None:
    page = open_as("wang")
    open_forecast(page)
    other = open_as("li")
    open_forecast(other)
    card(other, pumps).locator(".move").click()
    other.get_by_role("dialog").get_by_role("button", name="Aug 2026").click()
    expect(other.locator("#toasts")).to_contain_text("is expected on Aug 31, 2026")
    drag(page, card(page, pumps), page.locator(JULY))
    expect(page.locator("#toasts")).to_contain_text("changed by somebody else")
    stands_in(page, "#slot_2026-08_column", pumps, date(2026, 8, 31))


def test_keys_and_the_menu_bring_a_card_into_another_month(
    cast: Cast, pumps: Deal, open_as: Opener
) -> None:
    page = open_as("wang")
    open_forecast(page)
    card(page, pumps).focus()
    page.keyboard.press("ArrowRight")
    expect(card(page, cast.vague)).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#toasts")).to_contain_text("is expected on Aug 31, 2026")
    expect(card(page, cast.vague)).to_be_focused()
    stands_in(page, "#slot_2026-08_column", cast.vague, date(2026, 8, 31))
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_role("button", name="Without a day").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    stands_in(page, "#slot_undated_column", cast.vague, None)


def test_a_phone_brings_a_card_into_another_month_by_touch(pumps: Deal, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE)
    open_forecast(page)
    page.locator(JUNE).scroll_into_view_if_needed()
    box = card(page, pumps).bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    x, y = box["x"] + box["width"] / 2, box["y"] + 12
    send("touchStart", {"x": x, "y": y})
    expect(card(page, pumps)).to_contain_class("sortable-chosen")
    target = page.locator(JULY).locator(".cards").bounding_box()
    assert target is not None
    goal = min(target["x"] + 30, 380)
    for step in range(1, 11):
        send("touchMove", {"x": x + (goal - x) * step / 10, "y": y + 2 * step})
    send("touchEnd")
    expect(page.locator("#toasts")).to_contain_text("is expected on Jul 31, 2026")
    stands_in(page, JULY, pumps, date(2026, 7, 31))


def test_without_javascript_the_arrow_leads_to_a_form(pumps: Deal, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto("/deals/forecast")
    card(page, pumps).locator(".move").click()
    page.get_by_role("button", name="Jul 2026").click()
    expect(page.locator("#toasts")).to_contain_text("is expected on Jul 31, 2026")
    stands_in(page, JULY, pumps, date(2026, 7, 31))
